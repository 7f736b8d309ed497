import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { randomStream, uniform } from '../../src/random.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { FEATURE_CHUNK_ROWS } from '../../src/training/features.js';
import type { FeatureChunk } from '../../src/training/job.js';
import { SearchThread } from '../../src/training/search-thread.js';
import { type ImageFeatures, SimilarImages } from '../../src/training/similar-images.js';

const WIDTH = 24;
/** More than one chunk; further rows of the cache are variants of images, which are not searched. */
const [IMAGES, ROWS] = [FEATURE_CHUNK_ROWS + 200, FEATURE_CHUNK_ROWS + 700];
const network = { backboneBlob: '0'.repeat(64), size: { input: 32, image: 75 } };

let folder: string;
let blobs: FileBlobStore;
let features: ImageFeatures;
const values = new Float32Array(ROWS * WIDTH);
let similar: SimilarImages;

async function store(rows: Float32Array): Promise<FeatureChunk[]> {
  const chunks: FeatureChunk[] = [];
  const length = FEATURE_CHUNK_ROWS * WIDTH;
  for (let index = 0; index * length < rows.length; index++) {
    const part = rows.slice(index * length, (index + 1) * length);
    const { sha256 } = await blobs.put(new Uint8Array(part.buffer));
    chunks.push({ index, blob: sha256, rows: part.length / WIDTH });
  }
  return chunks;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'similar-'));
  blobs = new FileBlobStore(folder);
  const random = randomStream(7, 0);
  for (let i = 0; i < values.length; i++) values[i] = uniform(random);
  values.fill(0, 5 * WIDTH, 6 * WIDTH); // an image without features
  features = { key: 'some', chunks: await store(values), images: IMAGES, network };
  similar = new SimilarImages(blobs, new OnnxEngine(1));
});
afterAll(async () => {
  await similar.close();
  await rm(folder, { recursive: true });
});

/** The answer by definition, in double precision. */
function expected(row: number, from: number, to: number, first: number): { rows: number[]; similarities: number[] } {
  const at = (of: number): number[] => [...values.subarray(of * WIDTH, (of + 1) * WIDTH)];
  const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  const cosine = (other: number): number =>
    dot(at(row), at(other)) / (Math.sqrt(dot(at(row), at(row)) * dot(at(other), at(other))) || 1);
  const all = Array.from({ length: to - from }, (_, i) => from + i).filter((other) => other !== row);
  const rows = all.toSorted((a, b) => cosine(b) - cosine(a) || a - b).slice(0, first);
  return { rows, similarities: rows.map(cosine) };
}

it.each([
  ['of all images', 3, 0, IMAGES, 20],
  ['of a range, also for an image outside it', 3, 700, 1100, 10],
  ['where fewer are left than are wanted', 710, 708, 712, 10],
])('finds the images with the largest cosines: %s', async (_, row, from, to, first) => {
  const found = await similar.find({ features, example: { row }, from, to, first });
  const right = expected(row, from, to, first);
  expect(found.rows).toEqual(right.rows);
  for (const [i, similarity] of found.similarities.entries()) {
    expect(similarity).toBeCloseTo(right.similarities[i] as number, 5);
  }
});

it('gives an image without features similarities of 0, not of NaN', async () => {
  const { similarities } = await similar.find({ features, example: { row: 5 }, from: 0, to: 20, first: 3 });
  expect(similarities).toEqual([0, 0, 0]);
});

it('reads other features for another version, and says when they are gone', async () => {
  const first = { from: 0, to: 2, first: 1 };
  const others = new Float32Array(2 * WIDTH).fill(1);
  const other = { ...features, key: 'other', chunks: await store(others), images: 2 };
  const found = await similar.find({ features: other, example: { row: 0 }, ...first });
  expect(found.rows).toEqual([1]);
  expect(found.similarities[0]).toBeCloseTo(1, 6);
  const gone = { ...other, key: 'gone', chunks: [{ index: 0, blob: 'f'.repeat(64), rows: 2 }] };
  await expect(similar.find({ features: gone, example: { row: 0 }, ...first })).rejects.toMatchObject({
    ...{ code: 'NOT_FOUND', message: 'Features were removed from the cache meanwhile.' },
  });
});

it('a thread that an error has ended is replaced for the next question', async () => {
  const data = { blobPlace: null as unknown as { folder: string }, threads: 1 };
  const thread = new SearchThread(data);
  const question = { features, example: { row: 3 }, from: 0, to: IMAGES, first: 5 };
  await expect(thread.find(question)).rejects.toThrow(TypeError);
  data.blobPlace = { folder };
  expect((await thread.find(question)).rows).toEqual(expected(3, 0, IMAGES, 5).rows);
  await thread.close();
});
