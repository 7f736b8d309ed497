import { distance, readSubspace } from '../calibration/outliers.js';
import { temper } from '../calibration/temperature.js';
import type { BlobStore } from '../storage/blobs.js';
import type { ServedVersion } from './served-version.js';

/** What is to be thought of what a network answered. */
export interface Postprocessor {
  /** Whether the probabilities are those that a calibration makes of the network's own. */
  readonly calibrated: boolean;
  /** n x classes. */
  calibrate(probabilities: Float32Array): Float32Array;
  /**
   * How far a photo lies from those that the network was trained on: above 1 it shows none of the classes, as far as can be
   * told; null where that is not known.
   * @param features of one photo; null where the network gives none.
   */
  outlierScore(features: Float32Array | null): number | null;
}

/** Reads how a version's answers are to be judged. One that is not calibrated is believed as it is. */
export async function readPostprocessor(
  { calibration, labels }: ServedVersion,
  blobs: BlobStore,
): Promise<Postprocessor> {
  if (!calibration) {
    return { calibrated: false, calibrate: (probabilities) => probabilities, outlierScore: () => null };
  }
  const { temperature, outlierBlob, outlierDistance } = calibration;
  const subspace = readSubspace(await blobs.get(outlierBlob));
  return {
    calibrated: true,
    calibrate: (probabilities) => temper(probabilities, labels.length, temperature),
    outlierScore: (features) => features && distance(features, subspace) / outlierDistance,
  };
}
