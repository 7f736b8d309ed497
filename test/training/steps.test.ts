import { expect, it } from 'vitest';
import type { ImageRecord, Manifest } from '../../src/datasets/manifest.js';
import type { Batch } from '../../src/engines/engine.js';
import { mixTargets } from '../../src/training/mixup.js';
import { type RecipeInput, recipeSchema } from '../../src/training/recipe.js';
import { stepsOf } from '../../src/training/steps.js';

const CLASSES = ['cat', 'dog', 'eel'];
const IMAGES = 13;
const BATCH = 5;
const TRAINER = { passSize: 2, stepsPerCall: 2 };

const labels = Int32Array.from({ length: IMAGES }, (_, row) => row % CLASSES.length);
const manifest: Manifest = {
  format: 1,
  contentHash: '',
  classes: CLASSES,
  shards: [],
  images: Array.from(labels, (label) => ({ label, split: 'train' }) as ImageRecord),
};

/** The batches of each step of an epoch. The features of an image are its class, one-hot. */
async function batchesOf(recipe: RecipeInput, epoch = 1, from = 0): Promise<Batch[][]> {
  const read = async (rows: Int32Array): Promise<Float32Array> =>
    Float32Array.from([...rows].flatMap((row) => CLASSES.map((_, i) => (i === labels[row] ? 1 : 0))));
  const source = { rowLength: CLASSES.length, read, close: async () => undefined };
  const train = Int32Array.from(labels.keys());
  const parts = { recipe: recipeSchema.parse(recipe), manifest, train, labels, source, layers: [], batchSize: BATCH };
  const steps: Batch[][] = [];
  for (const group of stepsOf(parts, TRAINER, epoch, from)) {
    for (const { passes } of group) {
      const batches: Batch[] = [];
      for await (const batch of passes) batches.push(batch);
      steps.push(batches);
    }
  }
  return steps;
}

it('an epoch is every image once, in passes that the trainer takes at once', async () => {
  const steps = await batchesOf({});
  expect(steps.map((passes) => passes.map(({ count }) => count))).toEqual([
    [2, 2, 1],
    [2, 2, 1],
    [2, 1],
  ]);
  for (const { features, targets, mix } of steps.flat()) {
    expect(targets).toEqual(features);
    expect(mix).toBeUndefined();
  }
  expect(await batchesOf({}, 2)).not.toEqual(steps);
});

it('a step mixes targets as it mixes examples, by one share', async () => {
  const steps = await batchesOf({ mixup: 0.8 });
  for (const passes of steps) {
    expect(new Set(passes.map(({ mix }) => mix!.own)).size).toBe(1);
    for (const { features, targets, mix } of passes)
      expect(targets).toEqual(mixTargets(features as Float32Array, mix!));
  }
  expect(new Set(steps.flat().map(({ mix }) => mix!.own)).size).toBe(steps.length);
  expect(steps.flat().some(({ features, targets }) => !targets.every((value, i) => value === features[i]))).toBe(true);
});

it('a step weighs its examples by class, over the images that are trained on', async () => {
  const [cats, dogs, eels] = [5, 4, 4];
  const balanced = [cats, dogs, eels].map((count) => Math.fround(IMAGES / (3 * count)));
  for (const [classWeights, weights] of [
    ['balanced', balanced],
    [{ dog: 3 }, [1, 3, 1]],
  ] as const) {
    for (const batch of (await batchesOf({ classWeights })).flat()) {
      const labelsOfBatch = Array.from({ length: batch.count }, (_, i) => batch.targets.indexOf(1, 3 * i) - 3 * i);
      expect([...batch.weights!]).toEqual(labelsOfBatch.map((label) => weights[label]));
    }
  }
  expect((await batchesOf({})).flat().every(({ weights }) => weights === undefined)).toBe(true);
});

it('an epoch that goes on behind a step draws what it would have drawn', async () => {
  expect(await batchesOf({ mixup: 0.8 }, 3, 1)).toEqual((await batchesOf({ mixup: 0.8 }, 3)).slice(1));
});
