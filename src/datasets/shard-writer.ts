import { createHash, type Hash } from 'node:crypto';
import type { BlobStore } from '../storage/blobs.js';

/** Bytes of a shard. Two are held in memory: one that is filled, and one that is stored meanwhile. */
const SHARD_BYTES = 16 * 1024 ** 2;

/** Bytes per write to the store, so that hashing them never blocks the process for long. */
const SLICE_BYTES = 1024 ** 2;

/** Place of content: the index of its shard, and its first byte there. */
export interface ShardPlace {
  readonly shard: number;
  readonly offset: number;
}

/** Packs images back to back into shard blobs. Equal content is stored once. */
export class ShardWriter {
  readonly #blobs: BlobStore;
  readonly #shardBytes: number;
  readonly #shards: string[] = [];
  readonly #places = new Map<string, ShardPlace>();
  readonly #created = new Set<string>();
  #buffer: Buffer;
  /** The buffer of the shard that is stored. */
  #spare: Buffer | undefined;
  /** Storing a shard in a bucket takes about as long as packing it: the next one is packed meanwhile. */
  #storing: Promise<void> = Promise.resolve();
  #used = 0;
  #hash: Hash = createHash('sha256');

  constructor(blobs: BlobStore, shardBytes: number = SHARD_BYTES) {
    this.#blobs = blobs;
    this.#shardBytes = shardBytes;
    this.#buffer = Buffer.allocUnsafeSlow(shardBytes);
  }

  /** Adds an image. Do not call it in parallel. */
  async append(content: Uint8Array, sha256: string): Promise<ShardPlace> {
    const known = this.#places.get(sha256);
    if (known !== undefined) return known;
    if (this.#used + content.length > this.#shardBytes) await this.#flush();
    // An image larger than a shard gets its own shard.
    if (content.length > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(content.length);
    const place = { shard: this.#shards.length, offset: this.#used };
    this.#buffer.set(content, this.#used);
    this.#hash.update(content);
    this.#used += content.length;
    this.#places.set(sha256, place);
    return place;
  }

  /** Stores the last shard and returns the hashes of all shards. */
  async finish(): Promise<readonly string[]> {
    await this.#flush();
    await this.#storing;
    return this.#shards;
  }

  /** Deletes the shards that were not in the store before. Never throws, so that it does not hide the error before it. */
  async discard(): Promise<void> {
    await this.#storing.catch(() => undefined);
    await Promise.allSettled([...this.#created].map((sha256) => this.#blobs.delete(sha256)));
  }

  /** Begins to store the shard, once the one before is stored. @throws what failed before. */
  async #flush(): Promise<void> {
    if (this.#used === 0) return;
    const sha256 = this.#hash.digest('hex');
    await this.#storing;
    this.#storing = this.#store(sha256, this.#buffer.subarray(0, this.#used));
    this.#storing.catch(() => undefined); // the next flush, or the end, throws it
    [this.#buffer, this.#spare] = [this.#spare ?? Buffer.allocUnsafeSlow(this.#shardBytes), this.#buffer];
    this.#shards.push(sha256);
    this.#used = 0;
    this.#hash = createHash('sha256');
  }

  async #store(sha256: string, content: Uint8Array): Promise<void> {
    if (await this.#blobs.has(sha256)) return;
    this.#created.add(sha256);
    await this.#blobs.put(slices(content));
  }
}

async function* slices(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < content.length; start += SLICE_BYTES) yield content.subarray(start, start + SLICE_BYTES);
}
