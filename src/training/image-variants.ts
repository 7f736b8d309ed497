import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Crop } from '../datasets/decode.js';
import type { ImageRecord, Manifest } from '../datasets/manifest.js';
import { randomStream, uniform } from '../random.js';
import type { Recipe } from './recipe.js';

/** An image as the network sees it: the part that is cut out, if it is, and then mirrored, if it is. */
export interface ImageVariant {
  readonly image: ImageRecord;
  readonly crop: Crop | null;
  /** Left for right. */
  readonly mirrored: boolean;
}

/** What of a recipe says which variants of a training picture a run sees besides the plain one. */
export type VariantOptions = Pick<Recipe, 'mirror' | 'crops'>;

/** Side of the smallest crop, as a share of the picture's. */
const SMALLEST_CROP = 0.8;

/**
 * What features are computed of: every image in the order of the manifest, and behind them the variants of the training
 * images, in the same order for each variant. A frozen base makes all of them exact; they take room as so many images.
 */
export function imageVariants({ images }: Manifest, variants: VariantOptions): readonly ImageVariant[] {
  const train = images.slice(0, trainingImages(images));
  const { mirror, crops } = variants;
  const plain = images.map((image): ImageVariant => ({ image, crop: null, mirrored: false }));
  const mirrored = mirror ? train.map((image): ImageVariant => ({ image, crop: null, mirrored: true })) : [];
  const cropped = Array.from({ length: crops }, (_, variant) =>
    train.map((image, row): ImageVariant => ({ image, ...drawCrop(row, variant, mirror) })),
  );
  return [...plain, ...mirrored, ...cropped.flat()];
}

/** How many of them there are. */
export function variantCount(
  images: { readonly all: number; readonly train: number },
  variants: VariantOptions,
): number {
  return images.all + images.train * variantsPerImage(variants);
}

/** For each training image one of its variants at random, the plain picture among them. @param rows of the images. */
export function drawVariants(
  rows: Int32Array,
  { images }: Manifest,
  variants: VariantOptions,
  random: RandomGenerator,
): Int32Array {
  const count = variantsPerImage(variants);
  const train = trainingImages(images);
  return rows.map((row) => {
    const variant = Math.floor(uniform(random) * (count + 1));
    return variant < count ? images.length + variant * train + row : row;
  });
}

function variantsPerImage({ mirror, crops }: VariantOptions): number {
  return (mirror ? 1 : 0) + crops;
}

/** The manifest lists them first. */
function trainingImages(images: Manifest['images']): number {
  return images.filter(({ split }) => split === 'train').length;
}

/** The same for every run, so that runs share what is cached. */
function drawCrop(row: number, variant: number, mirror: boolean): Pick<ImageVariant, 'crop' | 'mirrored'> {
  const random = randomStream(0, 'crop', row, variant);
  const side = SMALLEST_CROP + (1 - SMALLEST_CROP) * uniform(random);
  const crop = { side, left: uniform(random), top: uniform(random) };
  return { crop, mirrored: mirror && uniform(random) < 0.5 };
}
