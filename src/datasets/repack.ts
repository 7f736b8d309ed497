import type { BlobStore } from '../storage/blobs.js';
import { type ImageRecord, type Manifest, manifestOf } from './manifest.js';
import { ShardWriter } from './shard-writer.js';

/**
 * Stores the images of some shards in new shards, so that bytes in those shards that no image of the manifest names are not
 * part of it. Images, classes and splits stay, and so does `contentHash`. Only one may run at a time on one store, like
 * `ingestImages`.
 * @param shards SHA-256 of the shards to replace; others stay. @param read the bytes of an image of the manifest.
 */
export async function repack(
  manifest: Manifest,
  shards: ReadonlySet<string>,
  read: (image: ImageRecord) => Promise<Uint8Array>,
  blobs: BlobStore,
): Promise<Manifest> {
  if (!manifest.shards.some((shard) => shards.has(shard))) return manifest;
  const kept = manifest.shards.filter((shard) => !shards.has(shard));
  const writer = new ShardWriter(blobs);
  try {
    const images: ImageRecord[] = [];
    for (const image of manifest.images) {
      const shard = manifest.shards[image.shard] as string;
      if (!shards.has(shard)) {
        images.push({ ...image, shard: kept.indexOf(shard) });
        continue;
      }
      const place = await writer.append(await read(image), image.sha256);
      images.push({ ...image, offset: place.offset, shard: kept.length + place.shard });
    }
    return manifestOf(manifest.classes, [...kept, ...(await writer.finish())], images, manifest);
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
