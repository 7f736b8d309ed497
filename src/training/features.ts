import { createHash } from 'node:crypto';
import { type Features, type FeatureType, type InputSize, newFeatures } from '../engines/engine.js';
import { HubError } from '../errors.js';
import type { FirstTrainedLayer } from '../network/networks.js';
import type { BlobStore, OpenBlob } from '../storage/blobs.js';
import { chunks } from './chunks.js';
import { FrozenPart, type FrozenPartOptions } from './frozen-part.js';
import type { ImageVariant, VariantOptions } from './image-variants.js';
import type { FeatureChunk } from './job.js';

/** Most images per cached blob: a second or two of work is lost when a worker dies. */
export const FEATURE_CHUNK_ROWS = 1000;
/** Most bytes per cached blob, unless a single image has more. */
const FEATURE_CHUNK_BYTES = 16 * 1024 * 1024;
/** Bytes of features read at once for an evaluation. */
const READ_BYTES = 32 * 1024 * 1024;

/**
 * The type in which features are stored. Maps are large, so they are stored as 16-bit floats, which keep three digits;
 * pooled features are small.
 */
export function featureTypeOf(firstTrainedLayer: FirstTrainedLayer): FeatureType {
  return firstTrainedLayer === 'avg_pool' ? 'float32' : 'float16';
}

/** Identifies cached features: content, backbone, sizes, layer and image variants. */
export interface FeatureKey {
  readonly contentHash: string;
  readonly backboneHash: string;
  readonly size: InputSize;
  readonly firstTrainedLayer: FirstTrainedLayer;
  /** Variants of the training images that are included. */
  readonly variants: VariantOptions;
}

/** Hash of everything cached features depend on; with a frozen base, caching is exact. Stored: the parts never change. */
export function featureKey({ contentHash, backboneHash, size, firstTrainedLayer, variants }: FeatureKey): string {
  const { mirror, crops, colorJitters } = variants;
  const parts = [
    'features-3',
    contentHash,
    backboneHash,
    size.input,
    size.image,
    firstTrainedLayer,
    featureTypeOf(firstTrainedLayer),
  ];
  return createHash('sha256')
    .update([...parts, mirror, crops, ...(colorJitters > 0 ? [colorJitters] : [])].join('\n'))
    .digest('hex');
}

/** Rows per cached blob. @param rowBytes bytes of one image's features. */
export function rowsPerChunk(rowBytes: number): number {
  return Math.max(1, Math.min(FEATURE_CHUNK_ROWS, Math.floor(FEATURE_CHUNK_BYTES / rowBytes)));
}

/** Features by index into `imageVariants`. */
export interface FeatureSource {
  /** Values per image variant. */
  readonly rowLength: number;
  /** Reads the given rows: `[rows.length, rowLength]`. */
  read(rows: Int32Array): Promise<Features>;
  close(): Promise<void>;
}

/** Rows to read at once so that they fit into memory. */
export function rowsAtOnce({ rowLength }: FeatureSource): number {
  return Math.max(1, Math.floor(READ_BYTES / (rowLength * Float32Array.BYTES_PER_ELEMENT)));
}

/** Computes the chunks that are not cached yet, and stores each as a blob. */
export async function* extractFeatures(
  options: FrozenPartOptions & {
    readonly variants: readonly ImageVariant[];
    readonly blobs: BlobStore;
    /** Whether a chunk is already cached. */
    readonly isCached: (index: number) => boolean;
    /** Called after each forward pass with its number of images. */
    readonly onImages: (images: number) => void;
  },
): AsyncGenerator<{ chunk: FeatureChunk; bytes: number }> {
  const { variants, blobs, isCached, onImages } = options;
  const frozen = new FrozenPart(options);
  const rows = rowsPerChunk(newFeatures(options.type, frozen.outFeatures).byteLength);
  const pending: Promise<{ chunk: FeatureChunk; bytes: number }>[] = [];
  try {
    for (const [index, part] of chunks(variants, rows).entries()) {
      if (isCached(index)) continue;
      const chunk = compute(index, part);
      chunk.catch(() => undefined); // awaited below; an unhandled rejection would end the process
      pending.push(chunk);
      if (pending.length > 1) yield await pending.shift()!; // the next chunk computes while this one is handled
    }
    while (pending.length > 0) yield await pending.shift()!;
  } finally {
    await Promise.allSettled(pending); // the images that they read may be closed afterwards
  }

  async function compute(
    index: number,
    part: readonly ImageVariant[],
  ): Promise<{ chunk: FeatureChunk; bytes: number }> {
    const features = await frozen.compute(part, onImages);
    const { sha256, bytes } = await blobs.put(new Uint8Array(features.buffer));
    return { chunk: { index, blob: sha256, rows: part.length }, bytes };
  }
}

/** Features in blobs, read row by row: memory use does not grow with the number of images. */
export class FeatureTable implements FeatureSource {
  readonly #chunks = new Map<number, OpenBlob>();
  #rowBytes = 0;

  constructor(
    private readonly blobs: BlobStore,
    private readonly type: FeatureType,
  ) {}

  /** A table of all of these chunks. @throws NOT_FOUND when one is missing or damaged. */
  static async open(blobs: BlobStore, type: FeatureType, chunks: readonly FeatureChunk[]): Promise<FeatureTable> {
    const table = new FeatureTable(blobs, type);
    try {
      for (const chunk of chunks) {
        if (!(await table.add(chunk)))
          throw new HubError('NOT_FOUND', 'Features were removed from the cache meanwhile.');
      }
      return table;
    } catch (error) {
      await table.close();
      throw error;
    }
  }

  /** 0 before the first chunk is opened. */
  get rowLength(): number {
    return this.#rowBytes / newFeatures(this.type, 1).byteLength;
  }

  /** Opens a chunk and verifies its content. @returns false when it is missing or damaged. */
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

  async read(rows: Int32Array): Promise<Features> {
    const result = newFeatures(this.type, rows.length * this.rowLength);
    const perChunk = rowsPerChunk(this.#rowBytes);
    for (const [i, row] of rows.entries()) {
      const chunk = this.#chunks.get(Math.floor(row / perChunk)) as OpenBlob;
      const target = new Uint8Array(result.buffer, i * this.#rowBytes, this.#rowBytes);
      chunk.read(target, (row % perChunk) * this.#rowBytes);
    }
    return result;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#chunks.values()].map((blob) => blob.close()));
  }
}
