import { z } from 'zod';
import { Split } from '../../datasets/manifest.js';
import { type ServedVersion, servedVersionSchema } from '../../serving/served-version.js';
import type { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { ownerOf } from '../owner.js';
import { type PredictionJob, PredictionSourceKind } from './prediction-job.js';

export type PredictionJobRow = Prisma.PredictionJobGetPayload<object>;

const sourceSchema = z.object({
  kind: z.enum(PredictionSourceKind),
  name: z.string(),
  datasetVersionId: z.string().nullable(),
  split: z.enum(Split).nullable(),
  /** Of a dataset version. */
  manifestBlob: z.string().nullable(),
  /** The real path of a folder or archive of the server. */
  path: z.string().nullable(),
  nameEncoding: z.string().nullable(),
});
export type StoredSource = z.output<typeof sourceSchema>;

const columns = z.object({ source: sourceSchema, version: servedVersionSchema });

/** What a job classifies, and with what. */
export function workOf(row: PredictionJobRow): { readonly source: StoredSource; readonly version: ServedVersion } {
  return parseColumns(columns, row, `prediction ${row.id}`);
}

export function toPredictionJob(row: PredictionJobRow): PredictionJob {
  const { id, state, model, versionNumber, topK, keepForReview, kept, photos, refused, share } = row;
  const { createdAt, startedAt, endedAt } = row;
  const { kind, name, datasetVersionId, split } = workOf(row).source;
  return {
    ...{
      id,
      state,
      model,
      version: versionNumber,
      topK,
      keepForReview,
      kept,
      photos,
      refused,
      share,
      createdAt,
      startedAt,
      endedAt,
    },
    source: { kind, name, datasetVersionId, split },
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.error ?? '' },
    owner: ownerOf(row),
  };
}
