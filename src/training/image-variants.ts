import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { ColorChange, Crop } from '../datasets/decode.js';
import type { ImageRecord, Manifest } from '../datasets/manifest.js';
import { randomStream, uniform } from '../random.js';
import type { Recipe } from './recipe.js';

/** An image as the network sees it: cropped, then with other colors, then mirrored, each only if set. */
export interface ImageVariant {
  readonly image: ImageRecord;
  readonly crop: Crop | null;
  readonly color: ColorChange | null;
  /** Whether left and right are exchanged. */
  readonly mirrored: boolean;
}

/** The hyperparameters that decide which variants of a training image a run sees in addition to the plain one. */
export type VariantOptions = Pick<Recipe, 'mirror' | 'crops' | 'colorJitters'>;

/** Side of the smallest crop, as a share of the image's. */
const SMALLEST_CROP = 0.8;
/** Most that a factor of colors differs from 1. */
const COLOR_CHANGE = 0.4;

const PLAIN = { crop: null, color: null, mirrored: false } as const;

/**
 * All inputs of which features are computed: every image in the order of the manifest, then the variants of the training
 * images, variant by variant in the same order. With a frozen base their features are exact; each takes the space of an
 * image.
 */
export function imageVariants({ images }: Manifest, options: VariantOptions): readonly ImageVariant[] {
  const train = images.slice(0, trainingImages(images));
  const plain = images.map(plainVariant);
  const others = Array.from({ length: variantsPerImage(options) }, (_, variant) =>
    train.map((image, row) => otherVariant(image, row, variant, options)),
  );
  return [...plain, ...others.flat()];
}

/** The variants of one training image, the plain image first. @param row its index in the manifest. */
export function variantsOf({ images }: Manifest, row: number, options: VariantOptions): readonly ImageVariant[] {
  const image = images[row] as ImageRecord;
  const others = Array.from({ length: variantsPerImage(options) }, (_, variant) =>
    otherVariant(image, row, variant, options),
  );
  return [plainVariant(image), ...others];
}

/** An image as it is. */
export function plainVariant(image: ImageRecord): ImageVariant {
  return { image, ...PLAIN };
}

/** Number of `imageVariants`. */
export function variantCount(
  images: { readonly all: number; readonly train: number },
  variants: VariantOptions,
): number {
  return images.all + images.train * variantsPerImage(variants);
}

/** Draws one variant of each training image, the plain image included. @param rows indices of the training images. */
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

/** The variants of a training image other than the plain one. */
export function variantsPerImage({ mirror, crops, colorJitters }: VariantOptions): number {
  return (mirror ? 1 : 0) + crops + colorJitters;
}

/** Number of training images, which the manifest lists first. */
function trainingImages(images: Manifest['images']): number {
  return images.filter(({ split }) => split === 'train').length;
}

/** A variant other than the plain image: the mirrored image where that is set, then the crops, then those of other colors. */
function otherVariant(image: ImageRecord, row: number, variant: number, options: VariantOptions): ImageVariant {
  const { mirror, crops } = options;
  if (mirror && variant === 0) return { image, ...PLAIN, mirrored: true };
  const drawn = mirror ? variant - 1 : variant;
  if (drawn < crops) return { image, ...PLAIN, ...drawCrop(row, drawn, mirror) };
  return { image, ...PLAIN, ...drawColor(row, drawn - crops, mirror) };
}

/** The crop of a variant. The same for every run, so that runs share cached features. */
function drawCrop(row: number, variant: number, mirror: boolean): Pick<ImageVariant, 'crop' | 'mirrored'> {
  const random = randomStream(0, 'crop', row, variant);
  const side = SMALLEST_CROP + (1 - SMALLEST_CROP) * uniform(random);
  const crop = { side, left: uniform(random), top: uniform(random) };
  return { crop, mirrored: mirror && uniform(random) < 0.5 };
}

/** The colors of a variant, the same for every run. */
function drawColor(row: number, variant: number, mirror: boolean): Pick<ImageVariant, 'color' | 'mirrored'> {
  const random = randomStream(0, 'color', row, variant);
  const factor = (): number => 1 + COLOR_CHANGE * (2 * uniform(random) - 1);
  const color = { brightness: factor(), contrast: factor(), saturation: factor() };
  return { color, mirrored: mirror && uniform(random) < 0.5 };
}
