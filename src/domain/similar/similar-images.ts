import type { DatasetImage } from '../dataset/dataset-image.js';
import type { DatasetVersion } from '../dataset/dataset-version.js';

/** An image, and how similar it is to another one. */
export interface SimilarImage {
  readonly image: DatasetImage;
  /** Cosine of the angle between their features, -1 to 1. */
  readonly similarity: number;
}

/** The images of a dataset version that are most similar to an image or a photo. */
export interface SimilarImages {
  /** The version whose images were compared. */
  readonly datasetVersion: DatasetVersion;
  /** The network whose features were compared: its backbone, and the side in pixels at which it computes. */
  readonly backbone: string;
  readonly imageSize: number;
  /** Most similar first. */
  readonly images: readonly SimilarImage[];
}
