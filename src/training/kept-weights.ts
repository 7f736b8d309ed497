import { f32, type Weights } from '../network/tensor.js';
import type { EpochMetrics } from './epoch-metrics.js';
import type { Recipe } from './recipe.js';

/** The epoch that a run keeps, or the last one where it keeps a mean. */
export function keptEpoch(history: readonly EpochMetrics[], { restoreBest }: Recipe): number {
  return restoreBest ? bestEpoch(history) : history.length;
}

/**
 * What a run keeps besides the present weights, since it may be what it keeps in the end: those of the best epoch so far,
 * or the mean behind the last epochs (Izmailov et al., "SWA", 2018; batch normalization has fixed statistics here, so
 * none are taken anew). Nothing where the last epoch is kept.
 * @param history up to the epoch that has just ended. @param kept behind the one before. @param weights behind it.
 */
export function keepWeights(
  history: readonly EpochMetrics[],
  kept: Weights,
  weights: Weights,
  recipe: Recipe,
): Weights {
  if (recipe.restoreBest) return bestEpoch(history) === history.length ? weights : kept;
  const count = history.length - (recipe.epochs - recipe.averageEpochs); // of the weights in the mean
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
