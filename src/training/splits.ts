import type { Manifest } from '../datasets/manifest.js';
import { HubError } from '../errors.js';
import { randomStream, shuffle } from '../random.js';
import { foldsOf } from './folds.js';
import type { Recipe } from './recipe.js';

/** Indices into the manifest's list of images, by split. */
export interface Splits {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/** One of several folds of the images of all splits. */
interface Fold {
  /** From 0. */
  readonly index: number;
  readonly of: number;
}

/**
 * Divides the images into training, validation and test. The validation split is the dataset version's own or, without one,
 * a share of every class of the training split drawn with the recipe's seed. A recipe may validate on the test images
 * instead, as the seed experiment did.
 * @param fold in a cross-validation, the images to test on; the others, of whatever split, are trained and validated on.
 * @throws DATASET_REFUSED when no image can be held out.
 */
export function drawSplits(manifest: Manifest, recipe: Recipe, fold?: Fold): Splits {
  if (fold) {
    const folds = foldsOf(
      manifest.images.map(({ label }) => label),
      fold.of,
    );
    const rows = [...folds.keys()];
    const others = rows.filter((row) => folds[row] !== fold.index);
    return {
      ...holdOut(others, manifest, recipe),
      test: Int32Array.from(rows.filter((row) => folds[row] === fold.index)),
    };
  }
  const rowsOf = (split: string): number[] =>
    manifest.images.flatMap((image, row) => (image.split === split ? [row] : []));
  const train = rowsOf('train');
  const test = Int32Array.from(rowsOf('test'));
  if (recipe.validation === 'TEST_SPLIT') return { train: Int32Array.from(train), validation: test, test };
  const own = rowsOf('validation');
  if (own.length > 0) return { train: Int32Array.from(train), validation: Int32Array.from(own), test };

  return { ...holdOut(train, manifest, recipe), test };
}

/** Draws a share of every class. @throws DATASET_REFUSED when no image can be held out. */
function holdOut(
  train: readonly number[],
  manifest: Manifest,
  recipe: Pick<Recipe, 'seed' | 'validationFraction'>,
): Pick<Splits, 'train' | 'validation'> {
  const held = new Set<number>();
  for (const label of manifest.classes.keys()) {
    const rows = train.filter((row) => manifest.images[row]?.label === label);
    shuffle(rows, randomStream(recipe.seed, 'held-out', label));
    const count = Math.max(1, Math.round(rows.length * recipe.validationFraction));
    for (const row of rows.slice(0, Math.min(count, rows.length - 1))) held.add(row);
  }
  if (held.size === 0) {
    const message = 'No images are left to validate on: every class has only one to train on. Register more images.';
    throw new HubError('DATASET_REFUSED', message, { train: train.length });
  }
  return {
    train: Int32Array.from(train.filter((row) => !held.has(row))),
    validation: Int32Array.from([...held].sort((a, b) => a - b)),
  };
}
