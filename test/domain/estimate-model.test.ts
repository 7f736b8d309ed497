import { expect, it } from 'vitest';
import { estimateFromProbe, estimateFromRuns } from '../../src/domain/estimate/estimate-model.js';
import { recipeSchema } from '../../src/training/recipe.js';

const images = { classes: 2, train: 100, validation: 20, test: 20 };
const sizeOf = (liveStatistics: boolean) => {
  const recipe = recipeSchema.parse({ splitLayer: 'mixed9', batchSize: 10, epochs: 2, liveStatistics });
  return { architecture: 'InceptionV3', recipe, ...images };
};
const asked = (liveStatistics: boolean, missing: number) => ({
  size: sizeOf(liveStatistics),
  missing,
  uncached: false,
});

it('a probe counts the loading of the frozen part where features are computed', () => {
  const probe = {
    ...{ secondsToLoad: 3, secondsPerImage: 0.5, secondsPerStep: 1, secondsToStart: 2, secondsPerPrediction: 0.25 },
    ...{ peakMemoryBytes: 7, seconds: 9 },
  };
  // 10 steps and 20 predictions in each of 2 epochs; then 20 predictions.
  const rest = { trainingSeconds: 2 + 2 * (10 + 5), evaluationSeconds: 5, memoryBytes: 7, runs: [] };
  expect(estimateFromProbe(probe, asked(false, 4))).toEqual({ ...rest, featureSeconds: 3 + 2 });
  expect(estimateFromProbe(probe, asked(false, 0))).toEqual({ ...rest, featureSeconds: 0 });
});

it('runs with the statistics of batches say nothing about those without, and the other way round', () => {
  const measured = {
    ...{ id: 'live', size: sizeOf(true), computedPictures: 140, featureSeconds: 14 },
    ...{ evaluationSeconds: 1, epochSeconds: 5, peakMemoryBytes: 1e9 },
  };
  expect(estimateFromRuns([measured], asked(false, 140), () => 0)).toBeNull();
  expect(estimateFromRuns([measured], asked(true, 140), () => 0)).toMatchObject({
    ...{ runs: ['live'], featureSeconds: 14, trainingSeconds: 10 },
  });
});
