import { mean, median } from './averages.js';
import type { EpochMetrics, SweepMetric } from './epoch-metrics.js';
import { keptEpoch } from './kept-weights.js';
import type { Recipe } from './recipe.js';

/** Epochs of a trial, and other trials that reached the same epoch, before it can be stopped. */
const FEWEST_EPOCHS = 2;
const FEWEST_TRIALS = 5;

/** Figures of the epoch that a trial keeps. */
export function resultOf(history: readonly EpochMetrics[], recipe: Recipe): EpochMetrics {
  return history[keptEpoch(history, recipe) - 1] as EpochMetrics;
}

type ValidationFigures = Pick<EpochMetrics, 'validationAccuracy' | 'validationLoss'>;

/** Orders results, better first: negative when `a` is better. With equal accuracies, the lower loss wins. */
export function compareResults(a: ValidationFigures, b: ValidationFigures, metric: SweepMetric): number {
  const byLoss = a.validationLoss - b.validationLoss;
  return metric === 'VALIDATION_LOSS' ? byLoss : b.validationAccuracy - a.validationAccuracy || byLoss;
}

/**
 * The median stopping rule (Golovin et al., "Google Vizier", 2017): a trial cannot win if its best value so far is worse
 * than the median of the other trials' means up to the same epoch.
 * @returns the reason to stop, or null.
 */
export function cannotWin(
  history: readonly EpochMetrics[],
  others: readonly (readonly EpochMetrics[])[],
  metric: SweepMetric,
): string | null {
  const epoch = history.length;
  const comparable = others.filter(({ length }) => length >= epoch);
  if (epoch < FEWEST_EPOCHS || comparable.length < FEWEST_TRIALS) return null;
  const goodness = ({ validationAccuracy, validationLoss }: EpochMetrics): number =>
    metric === 'VALIDATION_LOSS' ? -validationLoss : validationAccuracy;
  const best = Math.max(...history.map(goodness));
  const middle = median(comparable.map((other) => mean(other.slice(0, epoch).map(goodness))));
  if (best >= middle) return null;
  const shown = (value: number): string => Math.abs(value).toPrecision(4);
  const name = metric === 'VALIDATION_LOSS' ? 'validation loss' : 'validation accuracy';
  return `After epoch ${epoch} the best ${name} is ${shown(best)}; half of the other trials average ${shown(middle)} or better.`;
}
