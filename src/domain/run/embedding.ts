import type { TestPrediction } from './provenance.js';

/** A test image on the map of a run. */
export interface EmbeddedImage extends Omit<TestPrediction, 'sha256'> {
  /** From -1 to 1: the largest of all places is at an end. */
  readonly x: number;
  readonly y: number;
}

/** Test images of a run as points of a plane: images with like features lie close to each other. */
export interface RunEmbedding {
  /** Test images, also those that are not on the map. */
  readonly total: number;
  readonly images: readonly EmbeddedImage[];
  /** Share of the variance of the features along x and along y. */
  readonly explained: readonly number[];
  /** Why there is no map; null if there is one. */
  readonly missing: string | null;
}
