import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { HubError } from '../errors.js';
import type { ImageRecord } from './manifest.js';
import { byCodeUnit, quoted } from './names.js';

/** Shares of the training images of each class to draw, 0 (none) to below 1. */
export interface SplitFractions {
  readonly test: number;
  readonly validation: number;
}

/**
 * Moves a share of the training images of every class to the test and the validation split, at least one image each.
 * The draw of a class depends only on the content of that class and the seed.
 * @throws DATASET_REFUSED when a class has too few images to keep one for training.
 */
export function drawSplits(
  images: readonly ImageRecord[],
  classes: readonly string[],
  fractions: SplitFractions,
  seed: number,
): ImageRecord[] {
  const given = images.filter((image) => image.split !== 'train');
  const pools = classes.map((): ImageRecord[] => []);
  for (const image of images) if (image.split === 'train') pools[image.label]!.push(image);
  const drawn = pools.flatMap((pool, label) => {
    const test = share(pool.length, fractions.test);
    const validation = share(pool.length, fractions.validation);
    if (test + validation >= pool.length) throw tooFew(classes[label]!, pool.length, test, validation);
    const order = shuffled(
      pool.toSorted((a, b) => byCodeUnit(a.sha256, b.sha256)),
      seed,
    );
    return order.map(
      (image, place): ImageRecord => ({
        ...image,
        split: place < test ? 'test' : place < test + validation ? 'validation' : 'train',
      }),
    );
  });
  return [...given, ...drawn];
}

function share(images: number, fraction: number): number {
  return fraction === 0 ? 0 : Math.max(1, Math.round(images * fraction));
}

function tooFew(className: string, images: number, test: number, validation: number): HubError {
  return new HubError(
    'DATASET_REFUSED',
    `The class ${quoted(className)} has ${images} training images: drawing ${test} for test and ${validation} for ` +
      'validation leaves none.',
  );
}

/** A copy in random order (Fisher-Yates), reproducible by the seed. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = xoroshiro128plus(seed);
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = uniformInt(random, 0, last);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}
