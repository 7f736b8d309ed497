import type { PhotoForm } from './photo-source.js';
import type { Judged } from './postprocessor.js';
import type { ServedVersion } from './served-version.js';
import type { Timing } from './serving-events.js';

/** A photo as it was answered: its encoded bytes, or the pixels that the network took. */
export interface AnsweredPhoto {
  readonly form: PhotoForm;
  readonly bytes: Uint8Array;
}

/** An answer before it is kept. */
export interface Unlogged extends Judged {
  readonly version: ServedVersion;
  readonly timing: Timing;
}

/** Keeps answers for those who judge them later. */
export interface AnswerLog {
  /** @returns the id of the kept answer; null when it is not kept. */
  keep(photo: AnsweredPhoto, answer: Unlogged): string | null;
}
