import { f32, type Weights } from '../network/tensor.js';
import type { EpochMetrics } from './epoch-metrics.js';
import type { Recipe } from './recipe.js';

/** The epoch whose weights a run keeps; the last one if it keeps a mean. */
export function keptEpoch(history: readonly EpochMetrics[], { restoreBest }: Recipe): number {
  return restoreBest ? bestEpoch(history) : history.length;
}

/**
 * The weights that a run may keep in the end, after one more epoch: those of the best epoch so far, or the mean over the
 * last epochs (Izmailov et al., "SWA", 2018; batch normalization has fixed statistics here, so they are not measured
 * again). Empty if the run keeps its last epoch.
 * @param history up to the epoch that just ended. @param kept before that epoch. @param weights after it.
 */
export function keepWeights(
  history: readonly EpochMetrics[],
  kept: Weights,
  weights: Weights,
  recipe: Recipe,
): Weights {
  if (recipe.restoreBest) return bestEpoch(history) === history.length ? weights : kept;
  const count = history.length - (recipe.epochs - recipe.averageEpochs); // weights in the mean
  if (count < 1) return kept;
  return count === 1 ? weights : towards(kept, weights, 1 / count);
}

/** The first epoch with the lowest validation loss. */
export function bestEpoch(history: readonly EpochMetrics[]): number {
  return history.reduce((best, epoch) => (epoch.validationLoss < best.validationLoss ? epoch : best)).epoch;
}

/** mean + (value - mean) * share. */
function towards(mean: Weights, values: Weights, share: number): Weights {
  return new Map(
    Array.from(mean, ([name, { shape, data }]) => {
      const to = values.get(name)?.data as Float32Array;
      return [
        name,
        f32(
          shape,
          Float32Array.from(data, (from, i) => from + (to[i]! - from) * share),
        ),
      ];
    }),
  );
}
