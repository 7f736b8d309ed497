import { describe, expect, it } from 'vitest';
import { ingestImages } from '../../src/datasets/ingest.js';
import type { ImageRecord, Manifest } from '../../src/datasets/manifest.js';
import { readManifest, ShardReader } from '../../src/datasets/read-manifest.js';
import { images } from './archives.js';
import { sourceOf, temporaryStore } from './fixtures.js';

describe('readManifest', () => {
  it.each<[string, (manifest: Manifest) => unknown]>([
    ['another format', (manifest) => ({ ...manifest, format: 2 })],
    ['an unknown key', (manifest) => ({ ...manifest, extra: true })],
    ['a label without a class', (manifest) => ({ ...manifest, images: [{ ...manifest.images[0], label: 2 }] })],
    ['a shard that is not listed', (manifest) => ({ ...manifest, images: [{ ...manifest.images[0], shard: 1 }] })],
    ['a negative offset', (manifest) => ({ ...manifest, images: [{ ...manifest.images[0], offset: -1 }] })],
    ['no manifest at all', () => 'pixels'],
  ])('refuses a blob with %s', async (_, change) => {
    const { blobs } = await temporaryStore();
    const { manifest } = await ingestImages(await sourceOf(await images(['cat', 'dog'], 2)), blobs);
    const { sha256 } = await blobs.put(Buffer.from(JSON.stringify(change(manifest))));
    await expect(readManifest(blobs, sha256)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
  });

  it('refuses a blob that is no JSON, and one that is not there', async () => {
    const { blobs } = await temporaryStore();
    const { sha256 } = await blobs.put(Buffer.from('{'));
    await expect(readManifest(blobs, sha256)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
    await expect(readManifest(blobs, '0'.repeat(64))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('ShardReader', () => {
  it('leaves no file open: after a read during which it was closed, nor after a later one', async () => {
    const { blobs } = await temporaryStore(); // fails the test for a file that is open at the end
    const { manifest } = await ingestImages(await sourceOf(await images(['cat', 'dog'], 2)), blobs);
    const [image] = manifest.images as [ImageRecord];
    const reader = new ShardReader(blobs, manifest);
    const during = reader.read(image);
    await reader.close();
    const later = await Promise.all([reader.read(image), reader.read(image)]);
    for (const read of [await during, ...later]) expect(read).toHaveLength(image.bytes);
  });
});
