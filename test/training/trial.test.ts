import { describe, expect, it } from 'vitest';
import type { EpochMetrics } from '../../src/training/epoch-metrics.js';
import { resolveRecipe } from '../../src/training/recipe-resolution.js';
import { cannotWin, compareResults, resultOf } from '../../src/training/trial.js';

/** A trial with these accuracies on the validation images; its losses are one less them. */
const curve = (...accuracies: number[]): EpochMetrics[] =>
  accuracies.map((validationAccuracy, i) => ({
    ...{ epoch: i + 1, trainLoss: 1, trainAccuracy: 0, seconds: 1 },
    validationAccuracy,
    validationLoss: 1 - validationAccuracy,
  }));

// Means up to the second epoch: 0.2, 0.4, 0.5, 0.6, 0.7; their median is 0.5.
const OTHERS = [curve(0.1, 0.3), curve(0.3, 0.5), curve(0.4, 0.6), curve(0.5, 0.7, 0.9), curve(0.6, 0.8, 0.9)];

describe('the median rule', () => {
  it('stops a trial whose best is worse than the median of the means of the others', () => {
    expect(cannotWin(curve(0.49, 0.1), OTHERS, 'VALIDATION_ACCURACY')).toBe(
      'After epoch 2 the best validation accuracy is 0.4900; half of the other trials average 0.5000 or better.',
    );
    expect(cannotWin(curve(0.5, 0.1), OTHERS, 'VALIDATION_ACCURACY')).toBeNull();
  });

  it('goes by the loss when that is the metric', () => {
    expect(cannotWin(curve(0.49, 0.1), OTHERS, 'VALIDATION_LOSS')).toMatch(
      /loss is 0\.5100; .* average 0\.5000 or better/,
    );
    expect(cannotWin(curve(0.51, 0.1), OTHERS, 'VALIDATION_LOSS')).toBeNull();
  });

  it('stops nothing in the first epoch, nor where fewer than five others have come as far', () => {
    expect(cannotWin(curve(0), OTHERS, 'VALIDATION_ACCURACY')).toBeNull();
    expect(cannotWin(curve(0, 0, 0), OTHERS, 'VALIDATION_ACCURACY')).toBeNull();
    expect(cannotWin(curve(0, 0), OTHERS.slice(1), 'VALIDATION_ACCURACY')).toBeNull();
  });

  it('takes the mean of the two in the middle of an even number', () => {
    const six = [...OTHERS, curve(0.7, 0.9)]; // 0.55
    expect(cannotWin(curve(0, 0.54), six, 'VALIDATION_ACCURACY')).toMatch(/average 0\.5500 or better/);
    expect(cannotWin(curve(0, 0.56), six, 'VALIDATION_ACCURACY')).toBeNull();
  });
});

describe('the result of a trial', () => {
  it('is that of the epoch that a run would keep', () => {
    const history = curve(0.3, 0.6, 0.5);
    expect(resultOf(history, resolveRecipe('standard', {})).epoch).toBe(2);
    expect(resultOf(history, resolveRecipe('standard', { restoreBest: false })).epoch).toBe(3);
  });

  it('is better with a higher accuracy or a lower loss; of equal accuracies the lower loss is', () => {
    const [low, high] = curve(0.4, 0.6) as [EpochMetrics, EpochMetrics];
    expect(compareResults(high, low, 'VALIDATION_ACCURACY')).toBeLessThan(0);
    expect(compareResults(high, low, 'VALIDATION_LOSS')).toBeLessThan(0);
    expect(compareResults({ ...high, validationLoss: 0.1 }, high, 'VALIDATION_ACCURACY')).toBeLessThan(0);
    expect(compareResults(high, { ...low, validationLoss: 0.1 }, 'VALIDATION_LOSS')).toBeGreaterThan(0);
  });
});
