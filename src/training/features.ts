import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { decodePixels } from '../datasets/decode.js';
import type { ImageRecord, Manifest } from '../datasets/manifest.js';
import type { ShardReader } from '../datasets/read-manifest.js';
import type { Forward, PictureSize } from '../engines/engine.js';
import { HubError } from '../errors.js';
import type { SplitLayer } from '../network/inception-v3.js';
import type { BlobStore, OpenBlob } from '../storage/blobs.js';
import type { FeatureChunk } from './job.js';

/** Images per cached blob: 8 MB of pooled features, a second or two of work lost at most when a worker dies. */
export const FEATURE_CHUNK_ROWS = 1000;
/** Pixels per forward pass: 64 pictures of 75 x 75. More is no faster on a CPU and takes more memory. */
const FORWARD_PIXELS = 64 * 75 * 75;

/** What cached features depend on. Without augmentation, and with a frozen base, caching them is exact. */
export function featureKey(contentHash: string, backboneHash: string, size: PictureSize, split: SplitLayer): string {
  return createHash('sha256')
    .update(['features-1', contentHash, backboneHash, size.input, size.image, split].join('\n'))
    .digest('hex');
}

/**
 * Computes the chunks that are not cached yet. Each network takes batches as it comes free, while the pictures of the
 * next ones are decoded: all cores have work all the time.
 */
export async function* extractFeatures(options: {
  readonly manifest: Manifest;
  readonly shards: ShardReader;
  /** The same network several times, each on a thread of its own. */
  readonly networks: readonly Forward[];
  readonly size: PictureSize;
  readonly blobs: BlobStore;
  /** Whether a chunk is there already. */
  readonly isCached: (index: number) => boolean;
  readonly signal: AbortSignal;
  /** Called after each forward pass with the number of images in it. */
  readonly onImages: (images: number) => void;
}): AsyncGenerator<{ chunk: FeatureChunk; bytes: number }> {
  const { manifest, networks, size, blobs, signal } = options;
  const { outFeatures } = networks[0] as Forward;
  const batchSize = Math.max(1, Math.floor(FORWARD_PIXELS / size.image ** 2));
  const idle = [...networks];
  const inFlight = pLimit(networks.length);
  const decoding = pLimit(networks.length + 1);
  const pending: Promise<{ chunk: FeatureChunk; bytes: number }>[] = [];
  for (const [index, images] of chunks(manifest.images, FEATURE_CHUNK_ROWS).entries()) {
    if (options.isCached(index)) continue;
    const chunk = compute(index, images);
    chunk.catch(() => undefined); // awaited below; until then its failure must not end the process
    pending.push(chunk);
    if (pending.length > 1) yield pending.shift()!; // the next one computes while this one is stored
  }
  yield* pending;

  async function compute(
    index: number,
    images: readonly ImageRecord[],
  ): Promise<{ chunk: FeatureChunk; bytes: number }> {
    const features = new Float32Array(images.length * outFeatures);
    const work = chunks(images, batchSize).map((batch, i) =>
      decoding(async () => {
        const pixels = await decodeBatch(batch);
        await inFlight(async () => {
          signal.throwIfAborted();
          const network = idle.pop() as Forward;
          features.set(await network.run(pixels, batch.length), i * batchSize * outFeatures);
          idle.push(network);
        });
        options.onImages(batch.length);
      }),
    );
    await Promise.all(work);
    const { sha256, bytes } = await blobs.put(new Uint8Array(features.buffer));
    return { chunk: { index, blob: sha256, rows: images.length }, bytes };
  }

  async function decodeBatch(batch: readonly ImageRecord[]): Promise<Uint8Array> {
    signal.throwIfAborted();
    const bytes = size.input * size.input * 3;
    const pixels = new Uint8Array(batch.length * bytes);
    await Promise.all(
      batch.map(async (image, i) => {
        const encoded = await options.shards.read(image);
        const side = size.input;
        pixels.set(await decodePixels(encoded, { width: side, height: side, fit: 'cover' }), i * bytes);
      }),
    );
    return pixels;
  }
}

/** Features on disk, read row by row: memory stays flat however many images there are. */
export class FeatureTable {
  readonly #chunks = new Map<number, OpenBlob>();
  #rowBytes = 0;

  constructor(private readonly blobs: BlobStore) {}

  /** Values per row; 0 before the first chunk is opened. */
  get rowLength(): number {
    return this.#rowBytes / Float32Array.BYTES_PER_ELEMENT;
  }

  /** Opens a chunk and checks its content. @returns false when it is not there any more or damaged. */
  async add(chunk: FeatureChunk): Promise<boolean> {
    try {
      const blob = await this.blobs.open(chunk.blob);
      this.#chunks.set(chunk.index, blob);
      this.#rowBytes = blob.bytes / chunk.rows;
      return true;
    } catch (error) {
      if (error instanceof HubError) return false;
      throw error;
    }
  }

  has(index: number): boolean {
    return this.#chunks.has(index);
  }

  /** The features of the images at these places of the manifest, one row each. */
  read(rows: Int32Array): Float32Array {
    const result = new Float32Array(rows.length * this.rowLength);
    for (const [i, row] of rows.entries()) {
      const chunk = this.#chunks.get(Math.floor(row / FEATURE_CHUNK_ROWS)) as OpenBlob;
      const target = new Uint8Array(result.buffer, i * this.#rowBytes, this.#rowBytes);
      chunk.read(target, (row % FEATURE_CHUNK_ROWS) * this.#rowBytes);
    }
    return result;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#chunks.values()].map((blob) => blob.close()));
  }
}

/** A list in pieces of `size`. */
export function chunks<T>(values: readonly T[], size: number): (readonly T[])[] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}
