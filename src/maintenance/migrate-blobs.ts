import { Readable } from 'node:stream';
import { HubError, isLost } from '../errors.js';
import { type BlobStore, pieces } from '../storage/blobs.js';
import type { PrismaClient } from '../storage/database.js';
import { namedBlobs } from './named-blobs.js';

export interface MigratedBlobs {
  /** Blobs that the database names. */
  readonly blobs: number;
  /** Those of them that were copied; the others were there. */
  readonly copied: number;
  readonly bytes: number;
  /** Cached features that could not be read; they are computed again when they are needed. */
  readonly lostFeatures: number;
}

/**
 * Copies every blob that the database names from one store to another. Each is compared with its hash when it is read and when
 * it is written. What an earlier attempt has copied is not copied again; nothing is deleted.
 * @throws NOT_FOUND or BLOB_CORRUPT with what needs the blob, when one is lost.
 */
export async function migrateBlobs(
  prisma: PrismaClient,
  { from, to }: { readonly from: BlobStore; readonly to: BlobStore },
  onProgress: (blobs: number) => void,
): Promise<MigratedBlobs> {
  const seen = new Set<string>();
  let [copied, bytes, lostFeatures] = [0, 0, 0];
  for await (const { sha256, by, cached } of namedBlobs(prisma, from)) {
    if (seen.has(sha256)) continue;
    seen.add(sha256);
    onProgress(seen.size);
    if (await to.has(sha256)) continue;
    try {
      bytes += await copyBlob(sha256, from, to);
      copied += 1;
    } catch (error) {
      if (!isLost(error)) throw error;
      if (!cached) throw new HubError(error.code, `${error.message} It is the ${by}.`, { ...error.details, by });
      lostFeatures += 1;
    }
  }
  return { blobs: seen.size, copied, bytes, lostFeatures };
}

async function copyBlob(sha256: string, from: BlobStore, to: BlobStore): Promise<number> {
  const blob = await from.open(sha256);
  try {
    const ref = await to.put(Readable.from(pieces(blob)));
    return ref.bytes;
  } finally {
    await blob.close();
  }
}
