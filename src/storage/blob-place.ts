import { z } from 'zod';
import type { BlobStore } from './blobs.js';
import { BucketBlobStore } from './bucket-blobs.js';
import { FileBlobStore } from './file-blobs.js';

/** Where the blobs of a hub are. Plain data, so that worker processes and threads can open them too. */
export const blobPlaceSchema = z.object({
  /** Folder of the blobs, or of the copies of blobs that are in a bucket. */
  folder: z.string(),
  bucket: z.object({ url: z.string(), cacheBytes: z.number() }).optional(),
});
export type BlobPlace = z.output<typeof blobPlaceSchema>;

export function openBlobs({ folder, bucket }: BlobPlace): BlobStore {
  return bucket ? new BucketBlobStore({ ...bucket, folder }) : new FileBlobStore(folder);
}
