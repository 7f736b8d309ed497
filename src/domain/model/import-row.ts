import type { Prisma } from '../../storage/database.js';
import type { Owner } from '../owner.js';
import type { ModelImport } from './model-import.js';

/** @param version number of the version that was made; null for none yet. */
export function toModelImport(row: Prisma.ModelImportGetPayload<object>, version: number | null): ModelImport {
  const { id, state, model, fileName, fileHash, bytes, datasetVersionId, notes, actor, createdAt, endedAt } = row;
  const error = row.error === null ? null : { code: row.errorCode as string, message: row.error };
  const about = { id, state, model, version, fileName, sha256: fileHash, bytes, datasetVersionId, notes };
  return { ...about, actor, owner: importOwner(row), error, createdAt, endedAt };
}

/** The token that started an import; its version belongs to it too. */
export function importOwner({
  actor: name,
  actorId: tokenId,
  actorRole: role,
}: Pick<Prisma.ModelImportGetPayload<object>, 'actor' | 'actorId' | 'actorRole'>): Owner {
  return { name, tokenId, role };
}
