import type { ModelImportType } from '../../schema/model/import.type.js';
import type { Prisma } from '../../storage/database.js';

/** @param version number of what came of it. */
export function toModelImport(row: Prisma.ModelImportGetPayload<object>, version: number | null): ModelImportType {
  const { id, state, model, fileName, fileHash, bytes, datasetVersionId, notes, actor, createdAt, endedAt } = row;
  const error = row.error === null ? null : { code: row.errorCode as string, message: row.error };
  const about = { id, state, model, version, fileName, sha256: fileHash, bytes, datasetVersionId, notes };
  return { ...about, actor, error, createdAt, endedAt };
}
