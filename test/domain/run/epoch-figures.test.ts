import { describe, expect, it } from 'vitest';
import { type EpochFigures, figuresAfter } from '../../../src/domain/run/epoch-figures.js';
import type { EpochMetrics } from '../../../src/training/epoch-metrics.js';
import { recipeSchema } from '../../../src/training/recipe.js';
import { resultOf } from '../../../src/training/trial.js';

const NONE: EpochFigures = {
  validationAccuracy: null,
  validationLoss: null,
  bestValidationAccuracy: null,
  bestValidationLoss: null,
  epochSeconds: null,
};

/** Validation loss and accuracy by epoch. */
const CASES: readonly (readonly (readonly [loss: number, accuracy: number])[])[] = [
  [[0.5, 0.7]],
  [
    [0.9, 0.8],
    [0.25, 0.7],
    [0.5, 0.6],
  ], // the highest accuracy is not of the lowest loss
  [
    [0.5, 0.6],
    [0.5, 0.9],
  ], // equal losses: the first
  [
    [0.5, 0.6],
    [0.4, 0.5],
    [0.4, 0.9],
    [0.7, 0.95],
  ],
  [
    [0.1, 0],
    [0.2, 0],
  ], // nothing right
];

const historyOf = (figures: (typeof CASES)[number]): EpochMetrics[] =>
  figures.map(([validationLoss, validationAccuracy], i) => ({
    ...{ epoch: i + 1, trainLoss: 1, trainAccuracy: 0, validationLoss, validationAccuracy },
    seconds: 2,
  }));

describe.each([true, false])('figures of a run with restoreBest %s', (restoreBest) => {
  const recipe = recipeSchema.parse({ restoreBest });

  it.each(CASES)('are after every epoch those of the epoch that it would keep', (...figures) => {
    const history = historyOf(figures);
    let now = NONE;
    for (const [i, epoch] of history.entries()) {
      now = figuresAfter(now, epoch, recipe);
      const { validationAccuracy, validationLoss } = resultOf(history.slice(0, i + 1), recipe);
      expect(now).toMatchObject({ validationAccuracy, validationLoss });
    }
    expect(now).toMatchObject({
      bestValidationAccuracy: Math.max(...figures.map(([, accuracy]) => accuracy)),
      bestValidationLoss: Math.min(...figures.map(([loss]) => loss)),
      epochSeconds: 2 * figures.length,
    });
  });

  it('are right where an older hub has written the first epochs', () => {
    const [, second] = historyOf([
      [0.4, 0.5],
      [0.5, 0.9],
    ]);
    const before = { ...NONE, bestValidationAccuracy: 0.5, bestValidationLoss: 0.4, epochSeconds: 2 };
    expect(figuresAfter(before, second as EpochMetrics, recipe).validationAccuracy).toBe(restoreBest ? null : 0.9);
  });
});
