import type { BlobStore } from '../storage/blobs.js';
import type { Prisma } from '../storage/database.js';

/**
 * Whether a row refers to a blob that holds a kept photo or images of a dataset version. One blob may be both: a shard of a
 * single image has the bytes, and so the hash, of that image.
 */
export async function isImageBlobUsed(
  db: Pick<Prisma.TransactionClient, 'loggedPrediction' | 'datasetVersion'>,
  blobs: Pick<BlobStore, 'get'>,
  sha256: string,
): Promise<boolean> {
  if (await db.loggedPrediction.findFirst({ where: { photoBlob: sha256 }, select: { id: true } })) return true;
  const named = { OR: [{ manifestBlob: sha256 }, { inspectionBlob: sha256 }, { shards: { has: sha256 } }] };
  if (await db.datasetVersion.findFirst({ where: named, select: { id: true } })) return true;
  // Rows that were written before they named their shards, which only their manifests do.
  const old = await db.datasetVersion.findMany({
    where: { shards: { isEmpty: true } },
    select: { manifestBlob: true },
  });
  for (const { manifestBlob } of old) if ((await blobs.get(manifestBlob)).includes(sha256)) return true;
  return false;
}
