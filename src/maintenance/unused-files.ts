import { readManifest } from '../datasets/read-manifest.js';
import type { BlobStore, StoredFile } from '../storage/blobs.js';
import type { PrismaClient } from '../storage/database.js';
import { namedBlobs } from './named-blobs.js';

/**
 * Blobs that no row names, and what was never written to its end. To be asked only while no hub has the data folder
 * open: hub and workers store a blob before a row names it, and one that is there already they store by leaving it as it
 * is, so that its age would say nothing.
 * @throws BLOB_CORRUPT or NOT_FOUND when a manifest is lost that alone says which blobs a dataset version has.
 */
export async function* unusedFiles(prisma: PrismaClient, blobs: BlobStore): AsyncGenerator<StoredFile> {
  const old = await prisma.datasetVersion.findMany({ where: { shards: { isEmpty: true } } });
  for (const { manifestBlob } of old) await readManifest(blobs, manifestBlob);
  const named = new Set<string>();
  for await (const { sha256 } of namedBlobs(prisma, blobs)) named.add(sha256);
  for await (const file of blobs.list()) {
    if (file.sha256 === null ? file.isUnfinished : !named.has(file.sha256)) yield file;
  }
}
