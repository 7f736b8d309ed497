import type { InputSize } from '../../engines/engine.js';
import { featureKey, rowsPerChunk } from '../../training/features.js';
import { variantCount } from '../../training/image-variants.js';
import { inputSizeFor } from '../../training/input-size.js';
import { firstTrainedLayerOf, type Recipe } from '../../training/recipe.js';
import type { DatasetVersion } from '../dataset/dataset-version.js';
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
  /** Pictures in each cached chunk but the last. */
  readonly perChunk: number;
}

export function featuresOf(
  recipe: Recipe,
  version: Pick<DatasetVersion, 'contentHash' | 'width' | 'height' | 'imageCount' | 'splits'>,
  backbone: { readonly sha256: string; readonly architecture: string },
): RunFeatures {
  const { imageSize } = recipe;
  const firstTrainedLayer = firstTrainedLayerOf(recipe);
  const { contentHash } = version;
  const size = inputSizeFor(version.width, version.height, imageSize);
  const train = version.splits.find(({ split }) => split === 'train')?.images ?? 0;
  const pictures = variantCount({ all: version.imageCount, train }, recipe);
  const bytes = featureBytes(backbone.architecture, imageSize, firstTrainedLayer);
  return {
    key: featureKey({ contentHash, backboneHash: backbone.sha256, size, firstTrainedLayer, variants: recipe }),
    size,
    pictures,
    bytes: pictures * bytes,
    perChunk: rowsPerChunk(bytes),
  };
}
