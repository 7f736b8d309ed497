import type { EpochMetrics } from './job.js';
import type { Recipe } from './recipe.js';

/** The epoch that a run keeps. */
export function keptEpoch(history: readonly EpochMetrics[], { restoreBest }: Recipe): number {
  return restoreBest ? bestEpoch(history) : history.length;
}

/** The first epoch with the lowest validation loss. */
export function bestEpoch(history: readonly EpochMetrics[]): number {
  return history.reduce((best, epoch) => (epoch.validationLoss < best.validationLoss ? epoch : best)).epoch;
}
