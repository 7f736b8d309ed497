import { describe, expect, it, onTestFinished } from 'vitest';
import type { ImageRecord, Manifest } from '../../src/datasets/manifest.js';
import { ShardReader } from '../../src/datasets/read-manifest.js';
import type { Forward } from '../../src/engines/engine.js';
import type { BlobStore } from '../../src/storage/blobs.js';
import { extractFeatures, FEATURE_CHUNK_ROWS, FeatureTable, featureKey } from '../../src/training/features.js';
import { imageVariants } from '../../src/training/image-variants.js';
import { inputSizeFor } from '../../src/training/input-size.js';
import type { FeatureChunk } from '../../src/training/job.js';
import { firstTrainedLayerOf, recipeSchema } from '../../src/training/recipe.js';
import { png } from '../datasets/archives.js';
import { temporaryStore } from '../datasets/fixtures.js';

const SIZE = { input: 8, image: 75 };
const PICTURE_BYTES = 8 * 8 * 3;

/** A dataset of ten different pictures, each of them many times. */
async function dataset(blobs: BlobStore, images: number): Promise<{ manifest: Manifest; shards: ShardReader }> {
  const files = await Promise.all(Array.from({ length: 10 }, (_, i) => png(i)));
  const shard = await blobs.put(Buffer.concat(files));
  const places = files.map((file, i) => ({
    offset: files.slice(0, i).reduce((sum, { length }) => sum + length, 0),
    bytes: file.length,
  }));
  const records = Array.from({ length: images }, (_, row) => ({ ...places[row % 10], shard: 0 }) as ImageRecord);
  const manifest = { format: 1, contentHash: '', classes: [], shards: [shard.sha256], images: records } as const;
  const shards = new ShardReader(blobs, manifest);
  onTestFinished(() => shards.close());
  return { manifest, shards };
}

/** Stands for a network: the features of a picture are its first pixel and the sum of all. Counts what it is given. */
class FakeNetwork implements Forward {
  readonly outFeatures = 4;
  pictures = 0;
  busy = false;

  /** @param meeting what the first batch waits for */
  constructor(private readonly meeting: () => Promise<void>) {}

  async run(pixels: Uint8Array, n: number): Promise<Float32Array> {
    expect(this.busy, 'a network computes one batch at a time').toBe(false);
    this.busy = true;
    if (this.pictures === 0) await this.meeting();
    this.busy = false;
    this.pictures += n;
    expect(pixels).toHaveLength(n * PICTURE_BYTES);
    const features = new Float32Array(n * this.outFeatures);
    for (let i = 0; i < n; i++) {
      const picture = pixels.subarray(i * PICTURE_BYTES, (i + 1) * PICTURE_BYTES);
      features.set([...picture.subarray(0, 3), picture.reduce((sum, value) => sum + value, 0)], i * this.outFeatures);
    }
    return features;
  }

  async dispose(): Promise<void> {}
}

/** Lets nobody go on before all have come: networks that meet compute at the same time. */
function meetingOf(guests: number): () => Promise<void> {
  let missing = guests;
  let open: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    missing -= 1;
    if (missing === 0) open();
    return opened;
  };
}

interface Extracted {
  readonly chunks: readonly FeatureChunk[];
  /** Pictures that each network computed. */
  readonly computed: readonly number[];
  /** Images that were reported as done. */
  readonly reported: number;
}

async function extract(
  blobs: BlobStore,
  images: number,
  { cached = [] as readonly number[], networks = 2, signal = new AbortController().signal } = {},
): Promise<Extracted> {
  const meeting = meetingOf(networks);
  const fakes = Array.from({ length: networks }, () => new FakeNetwork(meeting));
  const { manifest, shards } = await dataset(blobs, images);
  const found: FeatureChunk[] = [];
  let reported = 0;
  for await (const { chunk, bytes } of extractFeatures({
    variants: imageVariants(manifest, { mirror: false, crops: 0, colorJitters: 0 }),
    shards,
    networks: fakes,
    size: SIZE,
    type: 'float32',
    blobs,
    isCached: (index) => cached.includes(index),
    signal,
    onImages: (n) => {
      reported += n;
    },
  })) {
    expect(bytes).toBe(chunk.rows * 16);
    found.push(chunk);
  }
  return { chunks: found, computed: fakes.map(({ pictures }) => pictures), reported };
}

const IMAGES = 2 * FEATURE_CHUNK_ROWS + 300;

describe('bottleneck features', () => {
  it('are computed in chunks, once for every image, by all networks', async () => {
    const { blobs } = await temporaryStore();
    const { chunks, computed, reported } = await extract(blobs, IMAGES);
    expect(chunks.map(({ index, rows }) => [index, rows])).toEqual([
      [0, FEATURE_CHUNK_ROWS],
      [1, FEATURE_CHUNK_ROWS],
      [2, 300],
    ]);
    expect(computed.reduce((sum, pictures) => sum + pictures)).toBe(IMAGES);
    expect(Math.min(...computed)).toBeGreaterThan(0); // and they met
    expect(reported).toBe(IMAGES);
  });

  it('are the same however many networks compute them', async () => {
    const { blobs } = await temporaryStore();
    const [one, three] = [await extract(blobs, IMAGES, { networks: 1 }), await extract(blobs, IMAGES, { networks: 3 })];
    expect(one.chunks).toEqual(three.chunks);
  });

  it('lie in the order of the manifest', async () => {
    const { blobs } = await temporaryStore();
    const { chunks } = await extract(blobs, FEATURE_CHUNK_ROWS + 10);
    const table = new FeatureTable(blobs, 'float32');
    for (const chunk of chunks) await table.add(chunk);
    const rows = Int32Array.from({ length: 10 }, (_, i) => i);
    const [first, later] = [await table.read(rows), await table.read(rows.map((row) => row + FEATURE_CHUNK_ROWS))];
    expect(later).toEqual(first); // the same ten pictures
    expect(new Set(rows.map((_, i) => first[4 * i + 3]!)).size).toBe(10); // which differ
    await table.close();
  });

  it('that are cached are not computed again: a resumed extraction computes what is missing', async () => {
    const { blobs } = await temporaryStore();
    const whole = await extract(blobs, IMAGES);
    const { chunks, computed } = await extract(blobs, IMAGES, { cached: [0, 2] });
    expect(chunks).toEqual([whole.chunks[1]]);
    expect(computed.reduce((sum, pictures) => sum + pictures)).toBe(FEATURE_CHUNK_ROWS);
  });

  it('stop being computed when the run is cancelled', async () => {
    const { blobs } = await temporaryStore();
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(extract(blobs, IMAGES, { signal })).rejects.toThrow('cancelled');
  });
});

describe('FeatureTable', () => {
  /** Row r holds r, r + 0.25 and r + 0.5. */
  const rowOf = (row: number): number[] => [row, row + 0.25, row + 0.5];

  async function tableOf(blobs: BlobStore, rows: readonly number[]): Promise<FeatureTable> {
    const table = new FeatureTable(blobs, 'float32');
    onTestFinished(() => table.close());
    let from = 0;
    const added: FeatureChunk[] = [];
    for (const [index, count] of rows.entries()) {
      const content = Float32Array.from({ length: count }, (_, i) => from + i);
      const features = Float32Array.from([...content].flatMap(rowOf));
      const { sha256 } = await blobs.put(new Uint8Array(features.buffer));
      added.push({ index, blob: sha256, rows: count });
      from += count;
    }
    for (const chunk of added.toReversed()) expect(await table.add(chunk)).toBe(true); // in any order
    return table;
  }

  it('reads any rows in any order, across the borders of chunks', async () => {
    const { blobs } = await temporaryStore();
    const table = await tableOf(blobs, [FEATURE_CHUNK_ROWS, FEATURE_CHUNK_ROWS, 7]);
    expect(table.rowLength).toBe(3);
    const rows = [2006, 0, 999, 1000, 1001, 1999, 2000, 999];
    expect([...(await table.read(Int32Array.from(rows)))]).toEqual(rows.flatMap(rowOf));
    expect(await table.read(new Int32Array(0))).toHaveLength(0);
  });

  it('refuses a row behind the last one', async () => {
    const { blobs } = await temporaryStore();
    const table = await tableOf(blobs, [FEATURE_CHUNK_ROWS, 7]);
    await expect(table.read(Int32Array.of(1007))).rejects.toThrow(RangeError);
  });

  it('does not take a chunk that is gone', async () => {
    const { blobs } = await temporaryStore();
    const { sha256 } = await blobs.put(new Uint8Array(12));
    await blobs.delete(sha256);
    const table = new FeatureTable(blobs, 'float32');
    expect(await table.add({ index: 0, blob: sha256, rows: 1 })).toBe(false);
    expect(table.has(0)).toBe(false);
  });
});

describe('cached features', () => {
  it('belong to one dataset, backbone, size and layer', () => {
    const key = (
      ...[
        contentHash = 'a',
        backboneHash = 'b',
        input = 32,
        image = 75,
        split = 'avg_pool',
        mirror = false,
        crops = 0,
        colorJitters = 0,
      ]: Partial<[string, string, number, number, 'avg_pool' | 'mixed5', boolean, number, number]>
    ): string =>
      featureKey({
        contentHash,
        backboneHash,
        size: { input, image },
        firstTrainedLayer: split,
        variants: { mirror, crops, colorJitters },
      });
    const keys = [
      key(),
      key('other'),
      key('a', 'other'),
      key('a', 'b', 33),
      key('a', 'b', 32, 96),
      key('a', 'b', 32, 75, 'mixed5'),
      key('a', 'b', 32, 75, 'mixed5', true),
      key('a', 'b', 32, 75, 'mixed5', false, 1),
      key('a', 'b', 32, 75, 'mixed5', true, 1),
      key('a', 'b', 32, 75, 'mixed5', true, 1, 1),
      key('a', 'b', 32, 75, 'mixed5', true, 0, 1),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(key()).toBe(key());
  });

  // Made by the version that called the layer `split`: caches of before must still be found.
  it.each([
    ['avg_pool', false, 0, 'edce44b4f31f44a6df7bd19316dfa98485039e1c06bb077ab5724dfba7297d80'],
    ['mixed5', true, 2, 'bd0b9d42cb8af23e0fbd8ccb11c866229354e7460f4e1d3c326bc4ebf2f2205a'],
  ] as const)('keep their key: %s', (layer, mirror, crops, key) => {
    const recipe = recipeSchema.parse(JSON.parse(JSON.stringify({ splitLayer: layer, mirror, crops })));
    expect(
      featureKey({
        contentHash: 'c'.repeat(64),
        backboneHash: 'b'.repeat(64),
        size: { input: 32, image: 75 },
        firstTrainedLayer: firstTrainedLayerOf(recipe),
        variants: recipe,
      }),
    ).toBe(key);
  });
});

describe('the pictures that go into the network', () => {
  it.each([
    ['small squares go in as they are', 32, 32, 75, 32],
    ['squares of its size go in as they are', 75, 75, 75, 75],
    ['larger ones are reduced to what it sees', 640, 640, 75, 75],
    ['those that are no squares are cut to what it sees', 64, 48, 75, 75],
    ['those of different sizes as well', null, null, 299, 299],
    ['those of one height as well', null, 32, 75, 75],
  ])('%s', (_, width, height, image, input) => {
    expect(inputSizeFor(width, height, image)).toEqual({ input, image });
  });
});
