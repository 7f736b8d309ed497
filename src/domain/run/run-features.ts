import type { InputSize } from '../../engines/engine.js';
import { featureKey } from '../../training/features.js';
import { variantCount } from '../../training/image-variants.js';
import { inputSizeFor } from '../../training/input-size.js';
import { firstTrainedLayerOf, type Recipe } from '../../training/recipe.js';
import { featureBytes } from './feature-cache.js';

/** The features that a run needs. */
export interface RunFeatures {
  /** Under which they are cached. */
  readonly key: string;
  readonly size: InputSize;
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
  const { imageSize } = recipe;
  const firstTrainedLayer = firstTrainedLayerOf(recipe);
  const { contentHash } = version;
  const size = inputSizeFor(version.width, version.height, imageSize);
  const train = (version.counts as { train: number }[]).reduce((sum, count) => sum + count.train, 0);
  const pictures = variantCount({ all: version.imageCount, train }, recipe);
  return {
    key: featureKey({ contentHash, backboneHash: backbone.sha256, size, firstTrainedLayer, variants: recipe }),
    size,
    pictures,
    bytes: pictures * featureBytes(backbone.architecture, imageSize, firstTrainedLayer),
  };
}
