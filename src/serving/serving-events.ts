import type { ErrorCode } from '../errors.js';
import type { Computed } from './batches.js';
import type { ServedVersion } from './served-version.js';

/** Where the time of an answer went, in milliseconds. */
export interface Timing {
  /** From the photo's bytes to the answer. */
  readonly total: number;
  /** Waiting: for a version to be loaded, for a decoder, for the batch before. */
  readonly queue: number;
  /** 0 for pixels. */
  readonly decode: number;
  /** Of the whole batch that it was in. */
  readonly predict: number;
  /** Photos in that batch. */
  readonly batchSize: number;
}

/** What serving tells those who measure it. */
export interface ServingEvents {
  batch: [batch: Computed];
  answered: [answer: { readonly version: ServedVersion; readonly timing: Timing }];
  /** A photo that got no answer; the version is not known where there is none. */
  refused: [refusal: { readonly model: string; readonly code: ErrorCode | 'INTERNAL' }];
}
