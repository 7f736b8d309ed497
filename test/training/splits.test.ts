import { describe, expect, it } from 'vitest';
import type { ImageRecord, Manifest, Split } from '../../src/datasets/manifest.js';
import { type RecipeInput, recipeSchema } from '../../src/training/recipe.js';
import { drawSplits, type Splits } from '../../src/training/splits.js';

type Counts = Partial<Record<Split, readonly number[]>>;

/** A manifest with so many images of each class in each split. */
function manifestOf(counts: Counts): Manifest {
  const images = Object.entries(counts).flatMap(([split, perClass]) =>
    perClass.flatMap((count, label) => Array.from({ length: count }, () => ({ split, label }) as ImageRecord)),
  );
  const classes = counts.train!.map((_, label) => `class-${label}`);
  return { format: 1, contentHash: '', classes, shards: [], images };
}

const draw = (counts: Counts, recipe: RecipeInput = {}): Splits =>
  drawSplits(manifestOf(counts), recipeSchema.parse(recipe));

/** How many of these rows are of each class. */
function perClass(counts: Counts, rows: Int32Array): number[] {
  const { images, classes } = manifestOf(counts);
  return classes.map((_, label) => rows.filter((row) => images[row]!.label === label).length);
}

describe('the images to validate on', () => {
  const counts = { train: [100, 40, 5, 1], test: [7, 7, 7, 7] };

  it.each([
    [0.1, [10, 4, 1, 0]],
    [0.25, [25, 10, 1, 0]],
    [0.5, [50, 20, 3, 0]],
  ])('are a share of %d of every class, one at least, but never the only one', (validationFraction, expected) => {
    const { train, validation } = draw(counts, { validationFraction });
    expect(perClass(counts, validation)).toEqual(expected);
    expect(perClass(counts, train)).toEqual(counts.train.map((count, label) => count - expected[label]!));
  });

  it('are in no other split', () => {
    const { train, validation, test } = draw(counts);
    const all = [...train, ...validation, ...test];
    expect(new Set(all).size).toBe(all.length);
    expect(all.toSorted((a, b) => a - b)).toEqual(manifestOf(counts).images.map((_, row) => row));
    expect(perClass(counts, test)).toEqual(counts.test);
  });

  it('are drawn by the seed: the same again, others with another one', () => {
    expect(draw(counts, { seed: 3 })).toEqual(draw(counts, { seed: 3 }));
    expect(draw(counts, { seed: 4 }).validation).not.toEqual(draw(counts, { seed: 3 }).validation);
  });

  it('are drawn in every class by itself, whatever the others hold', () => {
    const first = (rows: Int32Array): Int32Array => rows.filter((row) => row < 100);
    const more = { ...counts, train: [100, 90, 30, 2] };
    expect(first(draw(more).validation)).toEqual(first(draw(counts).validation));
  });

  it("are the dataset version's own where it has some", () => {
    const own = { train: [10, 10], validation: [3, 1], test: [2, 2] };
    const { train, validation } = draw(own);
    expect([...train]).toEqual(Array.from({ length: 20 }, (_, row) => row));
    expect([...validation]).toEqual([20, 21, 22, 23]);
  });

  it('are the test images when the recipe says so, and all others train', () => {
    const own = { train: [10, 10], validation: [3, 1], test: [2, 2] };
    const { train, validation, test } = draw(own, { validation: 'TEST_SPLIT' });
    expect(validation).toEqual(test);
    expect([...test]).toEqual([24, 25, 26, 27]);
    expect(train).toHaveLength(20);
  });

  it('are missed in a sentence when there is nothing to draw from', () => {
    expect(() => draw({ train: [1, 1], test: [1, 1] })).toThrow(/No images are left to validate on/);
  });
});

describe('folds', () => {
  const counts = { train: [30, 9], validation: [4, 2], test: [6, 5] };
  const manifest = manifestOf(counts);
  const recipe = recipeSchema.parse({ validationFraction: 0.1 });
  const folds = [0, 1, 2, 3].map((index) => drawSplits(manifest, recipe, { index, of: 4 }));

  it('test each image of every split once, and spread every class', () => {
    const tested = folds.flatMap(({ test }) => [...test]);
    expect(tested.toSorted((a, b) => a - b)).toEqual([...manifest.images.keys()]);
    for (const { test } of folds) {
      const [first, second] = perClass(counts, test) as [number, number];
      expect([10, second]).toEqual([first, 4]);
    }
  });

  it('train and validate on all others', () => {
    for (const { train, validation, test } of folds) {
      const all = [...train, ...validation, ...test];
      expect(all.toSorted((a, b) => a - b)).toEqual([...manifest.images.keys()]);
      expect(validation.length).toBeGreaterThan(0);
    }
  });
});
