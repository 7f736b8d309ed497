import { readManifest } from '../datasets/read-manifest.js';
import type { BlobStore, StoredFile } from '../storage/blobs.js';
import type { PrismaClient } from '../storage/database.js';
import { namedBlobs } from './named-blobs.js';

/**
 * Blobs that no row names, and incompletely written files. Call it only while no hub has the data folder open: a hub
 * stores a blob before a row names it, and does not rewrite an existing blob, so that age does not show use.
 * @throws BLOB_CORRUPT or NOT_FOUND for a lost manifest that is the only list of the blobs of a dataset version.
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
