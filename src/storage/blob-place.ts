import { z } from 'zod';
import type { BlobStore } from './blobs.js';
import { Bucket } from './bucket.js';
import { FileBlobStore } from './file-blobs.js';
import { SharedBlobStore } from './shared-blobs.js';
import { SharedFolder } from './shared-folder.js';
import { isBucket, type SharedObjects } from './shared-objects.js';

/** Where the blobs of a hub are. Plain data, so that worker processes and threads can open them too. */
export const blobPlaceSchema = z.object({
  /** Folder of the blobs, or of the copies of blobs that processes share. */
  folder: z.string(),
  /** `s3://bucket/prefix` or the path of a shared folder, and the bytes that copies may take. */
  shared: z.object({ url: z.string(), cacheBytes: z.number() }).optional(),
});
export type BlobPlace = z.output<typeof blobPlaceSchema>;

export function openBlobs({ folder, shared }: BlobPlace): BlobStore {
  return shared
    ? new SharedBlobStore({ objects: openShared(shared.url), folder, cacheBytes: shared.cacheBytes })
    : new FileBlobStore(folder);
}

/** @param url `s3://bucket/prefix`, or the absolute path of a folder. */
export function openShared(url: string): SharedObjects {
  return isBucket(url) ? new Bucket(url) : new SharedFolder(url);
}
