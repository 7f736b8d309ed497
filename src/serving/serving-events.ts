import type { ErrorCode } from '../errors.js';
import type { ComputedBatch, Output } from './batches.js';
import type { ServedVersion } from './served-version.js';

/** Where the time of a request went, in milliseconds. */
export interface Timing {
  /** From the photo's bytes to the answer. */
  readonly total: number;
  /** Waiting: for the version to load, for a decoder, for the batch before. */
  readonly queue: number;
  /** 0 for pixels. */
  readonly decode: number;
  /** Time of the whole batch. */
  readonly predict: number;
  /** Photos in that batch. */
  readonly batchSize: number;
}

/** @param arrived when the photo had been read, by `performance.now()`. @param decode milliseconds. */
export function timingOf(arrived: number, decode: number, { began, ended, batchSize }: Output): Timing {
  const [total, predict] = [performance.now() - arrived, ended - began];
  return { total, queue: Math.max(0, total - decode - predict), decode, predict, batchSize };
}

/** Events of serving, for metrics and the log. */
export interface ServingEvents {
  batch: [batch: ComputedBatch];
  answered: [answer: { readonly version: ServedVersion; readonly timing: Timing; readonly photos: number }];
  /** A request without an answer. */
  refused: [refusal: { readonly model: string; readonly code: ErrorCode | 'INTERNAL' }];
}
