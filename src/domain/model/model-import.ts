import type { Owner } from '../owner.js';
import type { RunState } from '../run/run.js';

/** A model file from elsewhere on its way to a model version. */
export interface ModelImport {
  readonly id: string;
  /** FAILED when the file was refused: `error` says why. */
  readonly state: RunState;
  /** Name of the model that gets the version. */
  readonly model: string;
  /** Number of the version; null until there is one. */
  readonly version: number | null;
  /** Name of the file at the client. */
  readonly fileName: string;
  readonly sha256: string;
  readonly bytes: bigint;
  /** The dataset version on whose test split the model is measured. */
  readonly datasetVersionId: string;
  /** Facts that the file states and the hub cannot check. */
  readonly notes: readonly string[];
  /** Name of the token that started the import. */
  readonly actor: string;
  readonly owner: Owner;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}
