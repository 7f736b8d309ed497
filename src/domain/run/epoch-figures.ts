import type { EpochMetrics } from '../../training/epoch-metrics.js';
import type { Recipe } from '../../training/recipe.js';

/** Figures that a run's row takes from its epochs; null before the first epoch has ended. */
export interface EpochFigures {
  /** Of the epoch that the run would keep if it ended now. */
  readonly validationAccuracy: number | null;
  readonly validationLoss: number | null;
  /** Extremes over all epochs, whichever is kept. */
  readonly bestValidationAccuracy: number | null;
  readonly bestValidationLoss: number | null;
  /** Total duration. */
  readonly epochSeconds: number | null;
}

/** The figures after one more epoch. The rule of the kept epoch is that of `keptEpoch`, which wants all epochs. */
export function figuresAfter<F extends EpochFigures>(
  before: F,
  { validationAccuracy, validationLoss, seconds }: EpochMetrics,
  { restoreBest }: Pick<Recipe, 'restoreBest'>,
): F {
  const lowest = before.bestValidationLoss;
  const isKept = !restoreBest || lowest === null || validationLoss < lowest;
  return {
    ...before,
    ...(isKept && { validationAccuracy, validationLoss }),
    bestValidationAccuracy: Math.max(before.bestValidationAccuracy ?? 0, validationAccuracy),
    bestValidationLoss: Math.min(lowest ?? validationLoss, validationLoss),
    epochSeconds: (before.epochSeconds ?? 0) + seconds,
  };
}
