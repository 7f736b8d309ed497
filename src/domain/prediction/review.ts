import type { Prediction } from './prediction.js';

/** A kept answer whose photo waits for a judgment. */
export interface Review {
  readonly prediction: Prediction;
  /** How much a judgment teaches, 0 to 2; null for a second opinion, and for a photo of a rollout whose versions differ. */
  readonly score: number | null;
  /** How the traffic drifted that the answer belongs to, in a sentence; null where it did not. */
  readonly drift: string | null;
  /** Name of the token for which the photo is reserved; null for none. */
  readonly reservedBy: string | null;
  readonly reservedUntil: Date | null;
}

/** Photos to judge. */
export interface ReviewQueue {
  readonly model: string;
  readonly reviews: readonly Review[];
  /** Kept photos of the model that nobody has judged, only those on which versions differ where asked; counted up to 10,000. */
  readonly left: number;
}

/** Photos that several people judged, and whether they agree. */
export interface Agreement {
  readonly photos: number;
  /** Those on which everybody said the same. */
  readonly agreed: number;
}
