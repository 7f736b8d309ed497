import type { Batch, Features } from '../engine.js';
import type { Fed } from './session.js';
import { FEATURES, maskOf, OWN, PARTNERS, ROW_WEIGHTS, TARGETS, type TrainingGraphSpec } from './training-graph.js';

/**
 * The inputs of a pass. Statistics of a batch are those of a whole pass: a smaller batch is filled up with its own examples,
 * of weight 0 in the loss.
 * @param count examples of the whole batch: the loss is a mean over all of them.
 */
export function passFeeds(
  { dropouts, statistics, mixes, passSize }: TrainingGraphSpec,
  batch: Batch,
  count: number,
): Record<string, Fed> {
  const rows = statistics.size > 0 ? passSize : batch.count;
  const rowWeights = new Float32Array(rows);
  for (let i = 0; i < batch.count; i++) rowWeights[i] = (batch.weights?.[i] ?? 1) / count;
  const masks = Array.from(dropouts, ([layer, units]) => {
    const factors = new Float32Array(rows * units).fill(1);
    factors.set(batch.masks.get(layer) ?? []);
    return [maskOf(layer), factors] as const;
  });
  const partners = Int32Array.from({ length: rows }, (_, row) => row);
  partners.set(batch.mix?.partners ?? []);
  return {
    [FEATURES]: repeated(batch.features, batch.count, rows),
    [TARGETS]: repeated(batch.targets, batch.count, rows),
    [ROW_WEIGHTS]: rowWeights,
    ...Object.fromEntries(masks),
    ...(mixes ? { [PARTNERS]: partners, [OWN]: Float32Array.of(batch.mix?.own ?? 1) } : {}),
  };
}

/** Rows, and then the first ones again until there are so many; the array itself if there are. */
function repeated<T extends Features>(values: T, count: number, rows: number): T {
  if (rows === count) return values;
  const length = values.length / count;
  const result = new (values.constructor as new (length: number) => T)(rows * length);
  for (let row = 0; row < rows; row++) {
    const from = (row % count) * length;
    result.set(values.subarray(from, from + length), row * length);
  }
  return result;
}
