import { expect, it } from 'vitest';
import { derive } from '../../src/datasets/derive.js';
import { ingestImages } from '../../src/datasets/ingest.js';
import type { Manifest } from '../../src/datasets/manifest.js';
import { ShardReader } from '../../src/datasets/read-manifest.js';
import { repack } from '../../src/datasets/repack.js';
import { NO_CHANGES } from '../../src/domain/dataset/dataset-version.js';
import type { BlobStore } from '../../src/storage/blobs.js';
import { images } from './archives.js';
import { sourceOf, temporaryStore } from './fixtures.js';

/** The encoded images of a manifest, by hash. */
async function contentOf(manifest: Manifest, blobs: BlobStore): Promise<ReadonlyMap<string, Uint8Array>> {
  const reader = new ShardReader(blobs, manifest);
  const read = await Promise.all(
    manifest.images.map(async (image) => [image.sha256, await reader.read(image)] as const),
  );
  await reader.close();
  return new Map(read);
}

it('stores the images of some shards anew, without the bytes of others, and leaves other shards', async () => {
  const { blobs } = await temporaryStore();
  const animals = ['cat', 'dog', 'ant', 'bee'];
  const folders = animals.flatMap((name) => [`train/${name}`, `test/${name}`]);
  const files = Object.entries(await images(folders, 3));
  const ingest = async (names: readonly string[]): Promise<Manifest> => {
    const own = files.filter(([path]) => names.includes(path.split('/')[1] as string));
    return (await ingestImages(await sourceOf(Object.fromEntries(own)), blobs)).manifest;
  };
  const [one, two] = [await ingest(['cat', 'dog']), await ingest(['ant', 'bee'])];
  const [photo] = one.images.filter(({ split }) => split === 'train');
  const all = await derive([one, two], NO_CHANGES);
  const photoBytes = (await contentOf(all, blobs)).get(photo!.sha256)!;
  const derived = await derive([one, two], { ...NO_CHANGES, without: [photo!.sha256] });
  expect(derived.shards).toEqual([...one.shards, ...two.shards]);
  const reader = new ShardReader(blobs, derived);
  const packed = await repack(derived, new Set(one.shards), (image) => reader.read(image), blobs);
  await reader.close();

  expect(packed.contentHash).toBe(derived.contentHash);
  expect(packed.shards.slice(0, 1)).toEqual(two.shards);
  expect(packed.shards).toHaveLength(2);
  expect(await contentOf(packed, blobs)).toEqual(await contentOf(derived, blobs));
  const holding = async (shards: readonly string[]): Promise<boolean[]> =>
    Promise.all(shards.map(async (shard) => (await blobs.get(shard)).includes(Buffer.from(photoBytes))));
  expect([await holding(derived.shards), await holding(packed.shards)]).toEqual([
    [true, false],
    [false, false],
  ]);
});
