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

const PIXEL = { height: 1, width: 1, channels: CLASSES.length };
const MAP = { height: 4, width: 4, channels: CLASSES.length };
const oneHot = (label: number): number[] => CLASSES.map((_, i) => (i === label ? 1 : 0));

/** The batches of each step of an epoch. The features of an image are its class, one-hot, at every place. */
async function batchesOf(recipe: RecipeInput, epoch = 1, from = 0, shape = PIXEL): Promise<Batch[][]> {
  const read = async (rows: Int32Array): Promise<Float32Array> =>
    Float32Array.from(
      [...rows].flatMap((row) =>
        Array(shape.height * shape.width)
          .fill(oneHot(labels[row]!))
          .flat(),
      ),
    );
  const source = { rowLength: shape.height * shape.width * CLASSES.length, read, close: async () => undefined };
  const train = Int32Array.from(labels.keys());
  const images = { manifest, train, labels, source, shape };
  const parts = { recipe: recipeSchema.parse(recipe), ...images, layers: [], batchSize: BATCH };
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

/** The mean of the features of each example of a batch over its places: with CutMix, its target. */
function meansOf({ features, count }: Batch): number[] {
  const places = features.length / count / CLASSES.length;
  return Array.from({ length: count * CLASSES.length }, (_, i) => {
    const [row, channel] = [Math.floor(i / CLASSES.length), i % CLASSES.length];
    const at = (place: number): number => features[(row * places + place) * CLASSES.length + channel]!;
    return Array.from({ length: places }, (_, place) => at(place)).reduce((sum, value) => sum + value, 0) / places;
  });
}

it('a step with CutMix mixes targets by the area that it cuts', async () => {
  const batches = (await batchesOf({ cutmix: 1 }, 1, 0, MAP)).flat();
  for (const batch of batches) {
    expect(batch.mix).toBeUndefined();
    expect([...batch.targets]).toEqual(meansOf(batch).map((value) => expect.closeTo(value, 6)));
  }
  expect(batches.some(({ targets }) => targets.some((value) => value > 0 && value < 1))).toBe(true);
});

it('a step with Cutout cuts every example and leaves targets as they are', async () => {
  const [plain, cut] = [await batchesOf({}, 1, 0, MAP), await batchesOf({ cutout: 0.5 }, 1, 0, MAP)];
  for (const [i, batch] of cut.flat().entries()) {
    expect(batch.targets).toEqual(plain.flat()[i]!.targets);
    const left = meansOf(batch).reduce((sum, value) => sum + value, 0) / batch.count;
    expect(left).toBeGreaterThanOrEqual(0.75); // the square is a quarter of the places, or less at an edge
    expect(left).toBeLessThan(1);
  }
});

it('a step draws one of mixup and CutMix where a recipe has both', async () => {
  const epochs = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((epoch) => batchesOf({ mixup: 1, cutmix: 1 }, epoch, 0, MAP)),
  );
  const steps = epochs.flat();
  const mixed = steps.filter((passes) => passes.every(({ mix }) => mix));
  const cut = steps.filter((passes) => passes.every(({ mix }) => !mix));
  expect(mixed.length + cut.length).toBe(steps.length);
  expect(mixed.length).toBeGreaterThan(steps.length / 5);
  expect(cut.length).toBeGreaterThan(steps.length / 5);
});

it.each([{ mixup: 0.8 }, { cutmix: 0.8 }, { cutout: 0.5 }, { mixup: 0.8, cutmix: 0.8, cutout: 0.5 }])(
  'an epoch that continues after a step draws what it would have drawn: %o',
  async (recipe) => {
    const whole = await batchesOf(recipe, 3, 0, MAP);
    expect(await batchesOf(recipe, 3, 1, MAP)).toEqual(whole.slice(1));
    expect(await batchesOf({ ...recipe, seed: 2 }, 3, 0, MAP)).not.toEqual(whole);
  },
);
