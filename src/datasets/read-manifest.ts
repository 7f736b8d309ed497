import { z } from 'zod';
import { HubError } from '../errors.js';
import type { BlobStore, OpenBlob } from '../storage/blobs.js';
import { type ImageRecord, type Manifest, Split } from './manifest.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const index = z.int().nonnegative();
const size = z.int().positive();

const channels = z.tuple([z.number(), z.number(), z.number()]);
const facts = z.strictObject({
  mean: channels,
  deviation: channels,
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable(),
});

const schema = z
  .strictObject({
    format: z.literal(1),
    contentHash: sha256,
    classes: z.array(z.string()).min(2),
    shards: z.array(sha256).min(1),
    columns: z.array(z.string()).optional(),
    sources: z.array(z.string()).optional(),
    images: z.array(
      z.strictObject({
        sha256,
        name: z.string(),
        label: index,
        split: z.enum(Split),
        shard: index,
        offset: index,
        bytes: size,
        width: size,
        height: size,
        facts: facts.nullable().default(null),
        values: z.array(z.string().nullable()).optional(),
        source: index.optional(),
      }),
    ),
  })
  .refine(({ classes, shards, columns, sources = [], images }) =>
    images.every(
      ({ label, shard, values, source = -1 }) =>
        label < classes.length &&
        shard < shards.length &&
        values?.length === columns?.length &&
        source < sources.length,
    ),
  );

/** Reads a manifest blob. @throws NOT_FOUND, or BLOB_CORRUPT for a damaged blob or other content. */
export async function readManifest(blobs: BlobStore, manifestSha256: string): Promise<Manifest> {
  const content = await blobs.get(manifestSha256);
  const manifest = schema.safeParse(parseJson(content));
  if (manifest.success) return manifest.data;
  throw new HubError('BLOB_CORRUPT', `The blob ${manifestSha256} is not a dataset manifest of format 1.`);
}

/**
 * Reads the SHA-256 of the blobs with images out of a manifest blob, and checks nothing else of it.
 * @throws NOT_FOUND, or BLOB_CORRUPT for a damaged blob or other content.
 */
export async function readShards(blobs: Pick<BlobStore, 'get'>, manifestSha256: string): Promise<readonly string[]> {
  const named = z.object({ shards: schema.shape.shards }).safeParse(parseJson(await blobs.get(manifestSha256)));
  if (named.success) return named.data.shards;
  throw new HubError('BLOB_CORRUPT', `The blob ${manifestSha256} is not a dataset manifest of format 1.`);
}

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Reads the encoded images of a dataset version. Opens a shard, and checks its hash, at its first use. */
export class ShardReader {
  readonly #blobs: BlobStore;
  readonly #shards: readonly string[];
  readonly #open = new Map<number, Promise<OpenBlob>>();
  /** Reads under way. */
  readonly #reads = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(blobs: BlobStore, manifest: Manifest) {
    this.#blobs = blobs;
    this.#shards = manifest.shards;
  }

  /** The encoded bytes of an image. @throws NOT_FOUND or BLOB_CORRUPT for a missing or damaged shard. */
  async read(image: ImageRecord): Promise<Uint8Array> {
    const read = this.#read(image);
    this.#reads.add(read);
    try {
      return await read;
    } finally {
      this.#reads.delete(read);
      if (this.#isClosed && this.#reads.size === 0) await this.#release();
    }
  }

  /** Closes the shards after the reads under way. A later read opens a shard again and closes it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#reads.size > 0) await Promise.allSettled(this.#reads);
    await this.#release();
  }

  async #read(image: ImageRecord): Promise<Uint8Array> {
    const shard = await this.#shard(image.shard);
    const encoded = new Uint8Array(image.bytes);
    shard.read(encoded, image.offset);
    return encoded;
  }

  async #release(): Promise<void> {
    const shards = [...this.#open.values()];
    this.#open.clear();
    const opened = await Promise.allSettled(shards);
    await Promise.all(opened.map((shard) => (shard.status === 'fulfilled' ? shard.value.close() : undefined)));
  }

  #shard(index: number): Promise<OpenBlob> {
    let shard = this.#open.get(index);
    if (shard === undefined) {
      shard = this.#blobs.open(this.#shards[index]!);
      this.#open.set(index, shard);
      // The next read retries a failed opening.
      shard.catch(() => this.#open.delete(index));
    }
    return shard;
  }
}
