import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ingestImages } from '../../src/datasets/ingest.js';
import { ShardWriter } from '../../src/datasets/shard-writer.js';
import type { BlobRef, BlobStore } from '../../src/storage/blobs.js';
import { images } from './archives.js';
import { sourceOf, temporaryStore } from './fixtures.js';

/** The store, with something that happens after each put. */
function afterPut(blobs: BlobStore, then: (ref: BlobRef) => void): BlobStore {
  return {
    put: async (content) => {
      const ref = await blobs.put(content);
      then(ref);
      return ref;
    },
    get: (sha256) => blobs.get(sha256),
    open: (sha256) => blobs.open(sha256),
    has: (sha256) => blobs.has(sha256),
    delete: (sha256) => blobs.delete(sha256),
    list: () => blobs.list(),
    discard: (file) => blobs.discard(file),
    erase: (sha256) => blobs.erase(sha256),
    deleted: () => blobs.deleted(),
    isKept: blobs.isKept,
    keep: () => blobs.keep(),
  };
}

describe('a failed ingestion', () => {
  it('leaves no blobs when it is aborted while reading', async () => {
    const { blobs, files } = await temporaryStore();
    const aborter = new AbortController();
    const reason = new Error('the user left');
    const onProgress = () => aborter.abort(reason);
    const ingesting = ingestImages(await sourceOf(await images(['cat', 'dog'], 20)), blobs, {
      onProgress,
      signal: aborter.signal,
    });
    await expect(ingesting).rejects.toBe(reason);
    expect(await files()).toEqual([]);
  });

  it('leaves no blobs when it is aborted after a shard was stored', async () => {
    const { blobs, files } = await temporaryStore();
    const aborter = new AbortController();
    const stored: BlobRef[] = [];
    const store = afterPut(blobs, (ref) => {
      stored.push(ref);
      aborter.abort(new Error('too late'));
    });
    const source = await sourceOf(await images(['cat', 'dog'], 4));
    await expect(ingestImages(source, store, { signal: aborter.signal })).rejects.toThrow('too late');
    expect(stored).toHaveLength(1);
    expect(await files()).toEqual([]);
  });

  it('deletes no shard that was there before', async () => {
    const { blobs } = await temporaryStore();
    const source = await sourceOf(await images(['cat', 'dog'], 4));
    const { manifest } = await ingestImages(source, blobs);
    const failing: BlobStore = { ...afterPut(blobs, () => {}), put: () => Promise.reject(new Error('disk full')) };
    await expect(ingestImages(source, failing)).rejects.toThrow('disk full');
    expect(await blobs.has(manifest.shards[0]!)).toBe(true);
  });
});

describe('ShardWriter', () => {
  const content = (byte: number, length: number) => Buffer.alloc(length, byte);
  const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');

  it('begins a shard when an image no longer fits, and stores equal content once', async () => {
    const { blobs, files } = await temporaryStore();
    const writer = new ShardWriter(blobs, 100);
    const parts = [content(1, 60), content(2, 40), content(3, 50), content(1, 60), content(4, 250), content(5, 10)];
    const places = [];
    for (const part of parts) places.push(await writer.append(part, sha256(part)));
    expect(places).toEqual([
      { shard: 0, offset: 0 },
      { shard: 0, offset: 60 },
      { shard: 1, offset: 0 },
      { shard: 0, offset: 0 },
      { shard: 2, offset: 0 },
      { shard: 3, offset: 0 },
    ]);
    const shards = await writer.finish();
    expect(await blobs.get(shards[0]!)).toEqual(Buffer.concat([parts[0]!, parts[1]!]));
    expect(await blobs.get(shards[2]!)).toEqual(parts[4]);
    await writer.discard();
    expect(await files()).toEqual([]);
  });
});
