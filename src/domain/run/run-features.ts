import type { PictureSize } from '../../engines/engine.js';
import { featureKey } from '../../training/features.js';
import { pictureSize } from '../../training/picture-size.js';
import { pictureCount } from '../../training/pictures.js';
import type { Recipe } from '../../training/recipe.js';
import { featureBytes } from './feature-cache.js';

/** The features that a run needs. */
export interface RunFeatures {
  /** Under which they are cached. */
  readonly key: string;
  readonly size: PictureSize;
  /** How many pictures they are of. */
  readonly pictures: number;
  /** Of all of them. */
  readonly bytes: number;
}

export function featuresOf(
  recipe: Recipe,
  version: {
    readonly contentHash: string;
    readonly width: number | null;
    readonly height: number | null;
    readonly imageCount: number;
    /** Images by class and split, as the row has them. */
    readonly counts: unknown;
  },
  backbone: { readonly sha256: string; readonly architecture: string },
): RunFeatures {
  const { imageSize, splitLayer: split } = recipe;
  const { contentHash } = version;
  const size = pictureSize(version.width, version.height, imageSize);
  const train = (version.counts as { train: number }[]).reduce((sum, count) => sum + count.train, 0);
  const pictures = pictureCount({ all: version.imageCount, train }, recipe);
  return {
    key: featureKey({ contentHash, backboneHash: backbone.sha256, size, split, variants: recipe }),
    size,
    pictures,
    bytes: pictures * featureBytes(backbone.architecture, imageSize, split),
  };
}
