import type { Owner } from '../owner.js';
import type { DatasetVersion } from './dataset-version.js';

/** A named collection of labeled images, kept in versions. */
export interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  /** Null in datasets that were created before owners were stored. */
  readonly owner: Owner | null;
  readonly createdAt: Date;
  /** Newest first. */
  readonly versions: readonly DatasetVersion[];
}
