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
}
