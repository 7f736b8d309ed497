import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FeatureCache } from '../../../src/domain/run/feature-cache.js';
import type { Computer } from '../../../src/engines/open-engine.js';
import { openDatabase } from '../../../src/storage/database.js';
import { FileBlobStore } from '../../../src/storage/file-blobs.js';
import { temporaryFolder } from '../../storage/fixtures.js';
import { copyEmptyDatabase } from '../../support/empty-database.js';

const BUDGET = 100;
const KEY = 'features of something';
const CPU: Computer = { name: 'onnx', device: 'cpu' };

/** An empty database and an empty blob store, for one test. */
async function openFolder() {
  const folder = await temporaryFolder();
  const database = join(folder, 'database');
  await copyEmptyDatabase(database);
  const { client, close } = await openDatabase({ folder: database });
  onTestFinished(close);
  const blobs = new FileBlobStore(folder);
  return { client, blobs };
}

it('cached features are for the engine, device and shared processor that computed them, within one budget for all', async () => {
  const { client, blobs } = await openFolder();
  const cacheOf = (computer: Computer, processor: string | null = null): FeatureCache =>
    new FeatureCache(client, blobs, BUDGET, computer, processor);
  const { sha256: blob } = await blobs.put(Buffer.from('what the CPU computed'));
  await cacheOf(CPU).add(KEY, { index: 0, blob, rows: 7 }, 60);
  expect(await cacheOf(CPU).use(KEY)).toEqual([{ index: 0, blob, rows: 7 }]);
  expect(await cacheOf({ ...CPU }).count(KEY)).toBe(7);

  const others: Computer[] = [
    { name: 'onnx', device: 'cuda' },
    { name: 'tensorflow', device: 'cpu' },
    { name: 'tensorflow', device: 'cuda' },
  ];
  for (const other of others) {
    expect(await cacheOf(other).use(KEY)).toEqual([]);
    expect(await cacheOf(other).count(KEY)).toBe(0);
  }

  expect(await cacheOf(CPU, 'x64 avx2').count(KEY)).toBe(0);

  const { sha256: byCuda } = await blobs.put(Buffer.from('what a graphics card computed'));
  const cuda = cacheOf(others[0] as Computer);
  expect(await cuda.makeRoom(KEY, 60)).toBe(null);
  await cuda.add(KEY, { index: 0, blob: byCuda, rows: 7 }, 60);
  expect(await cuda.use(KEY)).toEqual([{ index: 0, blob: byCuda, rows: 7 }]);
  expect(await cacheOf(CPU).count(KEY)).toBe(0); // there was not room for both
  await expect(blobs.open(blob)).rejects.toThrow();
});

it('the cached features that were not used for longest make room for new ones', async () => {
  const { client, blobs } = await openFolder();
  const cache = new FeatureCache(client, blobs, BUDGET, CPU, null);
  const keys = ['one', 'two', 'three', 'four'];
  for (const [i, key] of keys.entries()) {
    const { sha256: blob } = await blobs.put(Buffer.from(key));
    await cache.add(key, { index: 0, blob, rows: 1 }, 25);
    const lastUsedAt = new Date(Date.UTC(2026, 0, 1 + i));
    await client.featureChunk.updateMany({ where: { key }, data: { lastUsedAt } });
  }
  await cache.use('one');
  expect(await cache.makeRoom('new', 50)).toBe(null);
  expect(await Promise.all(keys.map((key) => cache.count(key)))).toEqual([1, 0, 0, 1]);
});
