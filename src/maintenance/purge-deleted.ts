import type { BlobStore, StoredFile } from '../storage/blobs.js';
import type { PrismaClient } from '../storage/database.js';
import { namedBlobs } from './named-blobs.js';

/**
 * Deletes for good the blobs that were deleted before a time. One that a row names, since a process stored it again at the
 * moment of its deletion, is brought back.
 */
export async function purgeDeleted(prisma: PrismaClient, blobs: BlobStore, before: Date): Promise<void> {
  const old: StoredFile[] = [];
  for await (const file of blobs.deleted()) if (file.changed < before) old.push(file);
  if (old.length === 0) return;
  const named = new Set<string>();
  for await (const { sha256 } of namedBlobs(prisma, blobs)) named.add(sha256);
  for (const file of old) {
    const isNeeded = file.sha256 !== null && named.has(file.sha256);
    if (!isNeeded || (await blobs.has(file.sha256 as string))) await blobs.discard(file);
  }
}
