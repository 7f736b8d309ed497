import type { InputSize } from '../engines/engine.js';

/** What a model version is to serving: where its weights lie and how its pictures and answers are read. */
export interface ServedVersion {
  readonly versionId: string;
  /** Model name and version number, for answers and logs. */
  readonly model: string;
  readonly number: number;
  readonly backboneBlob: string;
  readonly weightsBlob: string;
  /** Set where it serves with 8-bit weights and activations: the blob with that form of it. */
  readonly quantizedBlob: string | null;
  /** Class names by index. */
  readonly labels: readonly string[];
  readonly size: InputSize;
  /** What it must answer to be served; null for a version from before that was kept. */
  readonly expected: ExpectedAnswers | null;
  /** How its answers are to be judged; null while that has not been looked at. */
  readonly calibration: Calibration | null;
}

export interface Calibration {
  /** By which logits are divided. */
  readonly temperature: number;
  /** Blob of `calibration/outliers.ts`. */
  readonly outlierBlob: string;
  /** How far from there features may lie. */
  readonly outlierDistance: number;
}

export interface ExpectedAnswers {
  /** Blob of `self-check.ts`. */
  readonly blob: string;
  /** Largest difference of a probability that is allowed. */
  readonly tolerance: number;
}

/** What is loaded: one form of a version. */
export function formOf({ versionId, quantizedBlob }: ServedVersion): string {
  return `${versionId} ${quantizedBlob ?? ''}`;
}

/** How that form computes. */
export function precisionOf({ quantizedBlob }: ServedVersion): 'FP32' | 'INT8' {
  return quantizedBlob === null ? 'FP32' : 'INT8';
}
