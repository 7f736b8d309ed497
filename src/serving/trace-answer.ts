import { moment, type Tracing } from '../tracing/tracing.js';
import type { Output } from './batches.js';
import type { ServedVersion } from './served-version.js';

/** When the steps of an answer began and ended, by `performance.now()`. */
interface Steps {
  readonly began: number;
  /** When the photos had been read. */
  readonly arrived: number;
  /** When the version was loaded, and decoding began. */
  readonly taken: number;
  /** When the pixels were put into the queue of batches. */
  readonly queued: number;
  readonly outputs: readonly Output[];
}

/**
 * Records the steps of an answer as parts of the request: reading, decoding, and for each batch that a photo was in, the wait
 * for it, itself, and the network on its thread. Requests that share a batch have a span of it each.
 */
export function traceAnswer(
  tracing: Tracing,
  { model, number, form }: ServedVersion,
  { began, arrived, taken, queued, outputs }: Steps,
): void {
  const part = (name: string, from: number, to: number, attributes = {}) =>
    tracing.record({ name, began: moment(from), ended: moment(to), attributes });
  part('read', began, arrived);
  part('decode', taken, queued, { 'modelhub.photos': outputs.length });
  const attributes = {
    'modelhub.model': model,
    'modelhub.version': number,
    'modelhub.runtime': form.runtime,
    'modelhub.precision': form.precision,
  };
  const batches = new Map(outputs.map((output) => [output.began, output]));
  for (const { began, ended, batchSize, computed } of batches.values()) {
    part('queue', queued, began);
    const batch = part('batch', began, ended, { ...attributes, 'modelhub.batch.photos': batchSize });
    if (computed) tracing.record({ name: 'network', ...computed, attributes }, batch);
  }
}
