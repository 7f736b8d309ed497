import type { PictureSize } from '../engines/engine.js';

/** What a model version is to serving: where its weights lie and how its pictures and answers are read. */
export interface ServedVersion {
  readonly versionId: string;
  /** Model name and version number, for answers and logs. */
  readonly model: string;
  readonly number: number;
  readonly backboneBlob: string;
  readonly weightsBlob: string;
  /** Class names by index. */
  readonly labels: readonly string[];
  readonly size: PictureSize;
  /** What it must answer to be served; null for a version from before that was kept. */
  readonly expected: ExpectedAnswers | null;
}

export interface ExpectedAnswers {
  /** Blob of `self-check.ts`. */
  readonly blob: string;
  /** Largest difference of a probability that is allowed. */
  readonly tolerance: number;
}
