import type { PhotoForm } from './photo-source.js';
import type { Judged } from './postprocessor.js';
import type { ServedVersion } from './served-version.js';
import type { Timing } from './serving-events.js';

/** A photo as it was answered. */
export interface AnsweredPhoto {
  readonly form: PhotoForm;
  /** Its encoded bytes, or the pixels that were sent. */
  readonly bytes: Uint8Array;
  /** What the network took: [side, side, 3]. */
  readonly pixels: Uint8Array;
  /** Id of the rollout in which it was answered, if either of its versions could answer it. */
  readonly rollout: string | null;
  /** Id of the HTTP request with it; null for gRPC. */
  readonly requestId: string | null;
}

/** An answer before it is kept. */
export interface Unlogged extends Judged {
  readonly version: ServedVersion;
  readonly timing: Timing;
}

/** An answer that was offered to the log. */
export interface Kept extends Unlogged {
  /** Null where the answer is not kept. */
  readonly predictionId: string | null;
}

/** What another version answered to the photo of an answer. */
export interface Compared extends Pick<Kept, 'predictionId'> {
  readonly label: string;
}

/** Keeps answers for those who judge them later. */
export interface AnswerLog {
  /** @returns the id of the kept answer; null when it is not kept. */
  keep(photo: AnsweredPhoto, answer: Unlogged): string | null;
}
