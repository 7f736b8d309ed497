import { createHash } from 'node:crypto';
import { type Features, type FeatureType, type InputSize, newFeatures } from '../engines/engine.js';
import { HubError } from '../errors.js';
import type { FirstTrainedLayer } from '../network/inception-v3.js';
import type { BlobStore, OpenBlob } from '../storage/blobs.js';
import { chunks } from './chunks.js';
import { FrozenPart, type FrozenPartOptions } from './frozen-part.js';
import type { ImageVariant, VariantOptions } from './image-variants.js';
import type { FeatureChunk } from './job.js';

/** Images per cached blob at most: a second or two of work is lost when a worker dies. */
export const FEATURE_CHUNK_ROWS = 1000;
/** Bytes per cached blob at most, unless one image has more. */
const FEATURE_CHUNK_BYTES = 16 * 1024 * 1024;
/** Bytes that are read at once for an evaluation. */
const READ_BYTES = 32 * 1024 * 1024;

/**
 * How features are kept. Maps are large, and as 16-bit floats half as large; 16 bits keep three digits. Pooled features are small.
 */
export function featureTypeOf(firstTrainedLayer: FirstTrainedLayer): FeatureType {
  return firstTrainedLayer === 'avg_pool' ? 'float32' : 'float16';
}

/** What cached features are of. */
export interface FeatureKey {
  readonly contentHash: string;
  readonly backboneHash: string;
  readonly size: InputSize;
  readonly firstTrainedLayer: FirstTrainedLayer;
  /** What of training variants is among them. */
  readonly variants: VariantOptions;
}

/** All that cached features depend on: with a frozen base, caching them is exact. */
export function featureKey({ contentHash, backboneHash, size, firstTrainedLayer, variants }: FeatureKey): string {
  const { mirror, crops } = variants;
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
    .update([...parts, mirror, crops].join('\n'))
    .digest('hex');
}

export function rowsPerChunk(rowBytes: number): number {
  return Math.max(1, Math.min(FEATURE_CHUNK_ROWS, Math.floor(FEATURE_CHUNK_BYTES / rowBytes)));
}

/** Features by the places of variants in `picturesOf`. */
export interface FeatureSource {
  /** Values of a picture. */
  readonly rowLength: number;
  /** One row each. */
  read(rows: Int32Array): Promise<Features>;
  close(): Promise<void>;
}

/** How many rows to read at once where all of them would be too many. */
export function rowsAtOnce({ rowLength }: FeatureSource): number {
  return Math.max(1, Math.floor(READ_BYTES / (rowLength * Float32Array.BYTES_PER_ELEMENT)));
}

/** Computes the chunks that are not cached yet. */
export async function* extractFeatures(
  options: FrozenPartOptions & {
    readonly variants: readonly ImageVariant[];
    readonly blobs: BlobStore;
    /** Whether a chunk is there already. */
    readonly isCached: (index: number) => boolean;
    /** Called after each forward pass with the number of variants in it. */
    readonly onImages: (images: number) => void;
  },
): AsyncGenerator<{ chunk: FeatureChunk; bytes: number }> {
  const { variants, blobs, isCached, onImages } = options;
  const frozen = new FrozenPart(options);
  const rows = rowsPerChunk(newFeatures(options.type, frozen.outFeatures).byteLength);
  const pending: Promise<{ chunk: FeatureChunk; bytes: number }>[] = [];
  for (const [index, part] of chunks(variants, rows).entries()) {
    if (isCached(index)) continue;
    const chunk = compute(index, part);
    chunk.catch(() => undefined); // awaited below; until then its failure must not end the process
    pending.push(chunk);
    if (pending.length > 1) yield pending.shift()!; // the next one computes while this one is stored
  }
  yield* pending;

  async function compute(
    index: number,
    part: readonly ImageVariant[],
  ): Promise<{ chunk: FeatureChunk; bytes: number }> {
    const features = await frozen.compute(part, onImages);
    const { sha256, bytes } = await blobs.put(new Uint8Array(features.buffer));
    return { chunk: { index, blob: sha256, rows: part.length }, bytes };
  }
}

/** Features on disk, read row by row: memory stays flat however many images there are. */
export class FeatureTable implements FeatureSource {
  readonly #chunks = new Map<number, OpenBlob>();
  #rowBytes = 0;

  constructor(
    private readonly blobs: BlobStore,
    private readonly type: FeatureType,
  ) {}

  /** 0 before the first chunk is opened. */
  get rowLength(): number {
    return this.#rowBytes / newFeatures(this.type, 1).byteLength;
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
