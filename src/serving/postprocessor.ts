import { distance, readSubspace, type Subspace } from '../calibration/outliers.js';
import { temper } from '../calibration/temperature.js';
import type { ForwardResult } from '../engines/engine.js';
import { requireFiniteAnswers } from '../network/usable-weights.js';
import type { BlobStore } from '../storage/blobs.js';
import type { Calibration, ServedVersion } from './served-version.js';

/** An output of the network, judged. */
export interface Judged {
  readonly label: string;
  /** [classes], calibrated where the version is. */
  readonly probabilities: Float32Array;
  /** Most probable first. */
  readonly top: readonly { readonly label: string; readonly probability: number }[];
  /** Whether the probabilities are calibrated. */
  readonly calibrated: boolean;
  /**
   * Distance of the photo from the training images: above 1 it probably shows none of the classes. Null where the version
   * cannot tell, or it was not asked for.
   */
  readonly outlierScore: number | null;
}

/** What a caller wants to see of an answer. */
export interface Wanted {
  /** Classes to list. */
  readonly topK: number;
  /** Whether to compute the outlier score. */
  readonly outlierScore: boolean;
}

/** Turns the network's outputs into answers: calibrated probabilities, ranked labels and an outlier score. */
export class Postprocessor {
  /** @param calibration null for a version that is not calibrated: its probabilities stay as they are. */
  constructor(
    private readonly labels: readonly string[],
    private readonly calibration: (Calibration & { readonly subspace: Subspace }) | null,
  ) {}

  /** @param output of one photo. @throws WEIGHTS_REFUSED when it is not finite. */
  judge({ probabilities: raw, features }: ForwardResult, { topK, outlierScore }: Wanted): Judged {
    requireFiniteAnswers(raw);
    const { labels, calibration } = this;
    const temperature = calibration?.temperature ?? null;
    const probabilities = temperature === null ? raw : temper(raw, labels.length, temperature);
    const top = ranked(raw, topK).map((i) => ({ label: labels[i] as string, probability: probabilities[i] as number }));
    return {
      label: top[0]?.label as string,
      probabilities,
      top,
      calibrated: temperature !== null,
      outlierScore:
        outlierScore && calibration && features
          ? distance(features, calibration.subspace) / calibration.outlierDistance
          : null,
    };
  }
}

/** Reads what a version's postprocessor needs. */
export async function openPostprocessor(
  { calibration, labels }: ServedVersion,
  blobs: BlobStore,
): Promise<Postprocessor> {
  if (!calibration) return new Postprocessor(labels, null);
  const subspace = readSubspace(await blobs.get(calibration.outlierBlob));
  return new Postprocessor(labels, { ...calibration, subspace });
}

/** Indices of the most probable classes, by the network's own values: calibration keeps their order but for rounding. */
function ranked(raw: Float32Array, topK: number): readonly number[] {
  if (topK === 1) return [mostProbable(raw)];
  return [...raw.keys()].sort((a, b) => (raw[b] as number) - (raw[a] as number)).slice(0, topK);
}

/** Difference of the two highest probabilities. @param probabilities of one photo. */
export function marginOf(probabilities: Float32Array): number {
  const [first = 0, second = 0] = Float32Array.from(probabilities).sort().reverse();
  return first - second;
}

/** Index of the most probable class. @param probabilities of one photo. */
export function mostProbable(probabilities: Float32Array): number {
  return probabilities.indexOf(Math.max(...probabilities));
}
