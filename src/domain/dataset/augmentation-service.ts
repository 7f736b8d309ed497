import type { ColorChange, Crop } from '../../datasets/decode.js';
import type { Manifest } from '../../datasets/manifest.js';
import { dataUrl, lossless } from '../../datasets/thumbnails.js';
import { HubError } from '../../errors.js';
import { decodeVariants } from '../../training/frozen-part.js';
import { type ImageVariant, type VariantOptions, variantsOf } from '../../training/image-variants.js';
import type { Pictures, Viewer } from '../pictures.js';
import type { Contents, DatasetContents } from './dataset-contents.js';
import { type DatasetImage, imageOf } from './dataset-image.js';

/** The part of a recipe that decides what the network sees of an image. */
export interface AugmentationRecipe extends VariantOptions {
  readonly imageSize: number;
}

/** A training image with all that the network may see of it. */
export interface AugmentedImage {
  readonly image: DatasetImage;
  /** The plain image first. */
  readonly variants: readonly VariantPicture[];
}

export interface VariantPicture {
  readonly crop: Crop | null;
  readonly color: ColorChange | null;
  /** Whether left and right are exchanged. */
  readonly mirrored: boolean;
  /** The pixels that the network gets, as a data URL of a WebP file. */
  readonly picture: string;
}

/** Shows what a recipe does to images. */
export class AugmentationService {
  constructor(
    private readonly contents: DatasetContents,
    private readonly pictures: Pictures,
  ) {}

  /**
   * All variants of training images, by the code that training uses.
   * @param rows positions of the images in the version; or the number of images, spread evenly over the training split.
   * @throws NOT_FOUND; BAD_INPUT for a row that is not a training image.
   */
  async preview(
    versionId: string,
    rows: readonly number[] | number,
    recipe: AugmentationRecipe,
    viewer: Viewer,
  ): Promise<AugmentedImage[]> {
    const contents = await this.contents.of(versionId);
    const { manifest } = contents;
    const chosen = typeof rows === 'number' ? spread(manifest, rows) : checked(manifest, rows);
    return Promise.all(
      chosen.map(async (row) => ({
        image: imageOf(versionId, manifest, row),
        variants: await Promise.all(
          variantsOf(manifest, row, recipe).map((variant) => this.#render(contents, variant, recipe.imageSize, viewer)),
        ),
      })),
    );
  }

  async #render(contents: Contents, variant: ImageVariant, side: number, viewer: Viewer): Promise<VariantPicture> {
    const render = async () => lossless(await decodeVariants(contents, [variant], side), side);
    const { crop, color, mirrored } = variant;
    return { crop, color, mirrored, picture: dataUrl(await this.pictures.render(viewer, render)) };
  }
}

/** Positions of so many training images, which the manifest lists first. */
function spread({ images }: Manifest, count: number): number[] {
  const train = images.filter(({ split }) => split === 'train').length;
  const some = Math.min(count, train);
  return Array.from({ length: some }, (_, i) => Math.floor((i * train) / some));
}

function checked({ images }: Manifest, rows: readonly number[]): readonly number[] {
  for (const row of rows) {
    const split = images[row]?.split;
    if (split === 'train') continue;
    const found = split ? `it is in the ${split} split` : `the version has ${images.length} images`;
    const message = `Image ${row} is not a training image: ${found}. Only training images are augmented.`;
    throw new HubError('BAD_INPUT', message, { row, split: split ?? null });
  }
  return rows;
}
