import { z } from 'zod';
import type { BlobStore } from './blobs.js';
import { FileBlobStore } from './file-blobs.js';

/** Where the blobs of a hub are. Plain data, so that worker processes and threads can open them too. */
export const blobPlaceSchema = z.object({ folder: z.string() });
export type BlobPlace = z.output<typeof blobPlaceSchema>;

export function openBlobs({ folder }: BlobPlace): BlobStore {
  return new FileBlobStore(folder);
}
