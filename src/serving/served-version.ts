import type { InputSize } from '../engines/engine.js';

/** A model version as serving needs it: blobs of its weights, labels, sizes and calibration. */
export interface ServedVersion {
  readonly versionId: string;
  /** Model name and version number, for answers and logs. */
  readonly model: string;
  readonly number: number;
  readonly backboneBlob: string;
  readonly weightsBlob: string;
  /** Blob of its 8-bit form, where that serves. */
  readonly quantizedBlob: string | null;
  /** Class names by index. */
  readonly labels: readonly string[];
  readonly size: InputSize;
  /** Answers that it must reproduce before it serves; null for a version from before they were stored. */
  readonly expected: ExpectedAnswers | null;
  /** Null where it is not calibrated. */
  readonly calibration: Calibration | null;
}

export interface Calibration {
  /** Divisor of the logits; null where the probabilities stay as they are. */
  readonly temperature: number | null;
  /** Blob of `calibration/outliers.ts`. */
  readonly outlierBlob: string;
  /** Distance of features at which the outlier score is 1. */
  readonly outlierDistance: number;
}

interface ExpectedAnswers {
  /** Blob of `self-check.ts`. */
  readonly blob: string;
  /** Largest allowed difference of a probability. */
  readonly tolerance: number;
}

/** Key of one form of a version, as it is loaded. */
export function formOf({ versionId, quantizedBlob }: ServedVersion): string {
  return `${versionId} ${quantizedBlob ?? ''}`;
}

/** Name of all that decides the answers of a version: the form of its weights and its calibration. */
export function servedForm(version: ServedVersion): string {
  const { temperature, outlierBlob } = version.calibration ?? {};
  return [version.versionId, version.quantizedBlob, temperature, outlierBlob].map((part) => part ?? '').join(' ');
}

/** Precision of the form that serves. */
export function precisionOf({ quantizedBlob }: ServedVersion): 'FP32' | 'INT8' {
  return quantizedBlob === null ? 'FP32' : 'INT8';
}
