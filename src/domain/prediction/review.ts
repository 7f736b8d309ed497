import type { Prediction } from './prediction.js';

/** A kept answer whose photo waits for a judgment. */
export interface Review {
  readonly prediction: Prediction;
  /** How much a judgment teaches, 0 to 1.75; null for a photo that was judged and waits for a second opinion. */
  readonly score: number | null;
  /** Name of the token for which the photo is reserved; null for none. */
  readonly reservedBy: string | null;
  readonly reservedUntil: Date | null;
}

/** Photos to judge. */
export interface ReviewQueue {
  readonly model: string;
  readonly reviews: readonly Review[];
  /** Kept photos of the model that nobody has judged, counted up to 10,000. */
  readonly left: number;
}

/** Photos that several people judged, and whether they agree. */
export interface Agreement {
  readonly photos: number;
  /** Those on which everybody said the same. */
  readonly agreed: number;
}
