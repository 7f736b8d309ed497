import type { Split } from '../../datasets/manifest.js';
import type { Owner } from '../owner.js';
import type { RunState } from '../run/run.js';

/** Forms in which the answers of a job can be downloaded. */
export const PREDICTION_FORMATS = ['csv', 'jsonl', 'parquet'] as const;
export type PredictionFormat = (typeof PREDICTION_FORMATS)[number];

/** Most photos that one job keeps for review. */
export const MOST_KEPT = 10_000;

/** Kinds of sources: images of a dataset version, a path of the server, an archive that was sent, or one that was fetched. */
export const PredictionSourceKind = { DATASET: 'dataset', PATH: 'path', UPLOAD: 'upload', URL: 'url' } as const;
export type PredictionSourceKind = (typeof PredictionSourceKind)[keyof typeof PredictionSourceKind];

/** Where the photos of a job are. */
export interface PredictionSource {
  readonly kind: PredictionSourceKind;
  /** `pets 2`, a path, the name of an uploaded file, or an address. */
  readonly name: string;
  /** Id of a dataset version; null for other sources. */
  readonly datasetVersionId: string | null;
  /** The only split whose images are classified; null for all, and for other sources. */
  readonly split: Split | null;
}

/** The classification of all photos of a source with one model version. */
export interface PredictionJob {
  readonly id: string;
  readonly state: RunState;
  /** Name of the model, and number of the version. */
  readonly model: string;
  readonly version: number;
  readonly source: PredictionSource;
  /** Number of classes that are listed for each photo. */
  readonly topK: number;
  /** Whether its answers join the prediction log with their photos, for the review queue. */
  readonly keepForReview: boolean;
  /** Answers of it that joined the log. */
  readonly kept: number;
  /** Photos whose answers are stored, those that were refused included. */
  readonly photos: number;
  /** Files that the hub could not read as photos. */
  readonly refused: number;
  /** Share of the source that was read, 0 to 1; null when unknown. */
  readonly share: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly owner: Owner | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}
