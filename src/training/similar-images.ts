import { decodePixels } from '../datasets/decode.js';
import type { Engine, Features, Forward } from '../engines/engine.js';
import { NetworkLoader } from '../engines/network-loader.js';
import type { FrozenNetwork } from '../engines/network-thread-messages.js';
import { UnitRows } from '../engines/onnx/unit-rows.js';
import type { BlobStore } from '../storage/blobs.js';
import { FeatureTable } from './features.js';
import type { FeatureChunk } from './job.js';

/** Images whose features are read at the same time. */
const AT_ONCE = 1000;

/** The pooled features of the images of a dataset version. */
export interface ImageFeatures {
  /** Under which they are kept in memory. */
  readonly key: string;
  /** Cached chunks, from the first one on. */
  readonly chunks: readonly FeatureChunk[];
  /** The first so many rows are the images. */
  readonly images: number;
  /** The network that computed them. */
  readonly network: Pick<FrozenNetwork, 'backboneBlob' | 'size'>;
}

/** What to compare the images with: one of them, or a photo. */
export type Example = { readonly row: number } | { readonly photo: Uint8Array };

export interface SimilarQuestion {
  readonly features: ImageFeatures;
  readonly example: Example;
  /** Only images from this row on, and before that one. */
  readonly from: number;
  readonly to: number;
  /** How many to return. */
  readonly first: number;
}

/** The most similar images, most similar first. */
export interface SimilarRows {
  readonly rows: readonly number[];
  /** Cosine of the angle between the features, -1 to 1. */
  readonly similarities: readonly number[];
}

/**
 * Finds the images of a dataset version whose features are closest to those of an example, by comparing all of them. Keeps the
 * features of one version, and the network of its photos, in memory.
 */
export class SimilarImages {
  #images: { readonly key: string; readonly rows: UnitRows } | undefined;
  #network: { readonly key: string; readonly loaded: Forward<Features> } | undefined;

  constructor(
    private readonly blobs: BlobStore,
    private readonly engine: Engine,
  ) {}

  /** @throws NOT_FOUND when features have left the cache; IMAGE_REFUSED for a photo that cannot be read. */
  async find({ features, example, from, to, first }: SimilarQuestion): Promise<SimilarRows> {
    const images = await this.#open(features);
    const query = 'row' in example ? images.row(example.row) : await this.#featuresOf(example.photo, features);
    const cosines = await images.cosines([query]);
    const rows = largest(cosines, first, from, to, 'row' in example ? example.row : -1);
    return { rows, similarities: rows.map((row) => cosines[row]!) };
  }

  async close(): Promise<void> {
    await this.#images?.rows.close();
    await this.#network?.loaded.dispose();
    this.#images = undefined;
    this.#network = undefined;
  }

  async #open({ key, chunks, images }: ImageFeatures): Promise<UnitRows> {
    if (this.#images?.key === key) return this.#images.rows;
    await this.#images?.rows.close();
    this.#images = undefined; // before others take the memory
    const { values, width } = await readRows(this.blobs, chunks, images);
    const rows = await UnitRows.open(values, width, this.engine.info.threads);
    this.#images = { key, rows };
    return rows;
  }

  async #featuresOf(photo: Uint8Array, { network: { backboneBlob, size } }: ImageFeatures): Promise<Float32Array> {
    const pixels = await decodePixels(photo, { width: size.input, height: size.input, fit: 'cover' });
    const key = `${backboneBlob} ${size.input} ${size.image}`;
    if (this.#network?.key !== key) {
      await this.#network?.loaded.dispose();
      this.#network = undefined;
      const spec = { backboneBlob, size, firstTrainedLayer: 'avg_pool', type: 'float32' } as const;
      this.#network = { key, loaded: await new NetworkLoader(this.engine, this.blobs).loadFrozen(spec) };
    }
    return (await this.#network.loaded.run(pixels, 1)) as Float32Array;
  }
}

/** Reads the pooled features of the first images. @throws NOT_FOUND when a chunk is gone. */
async function readRows(
  blobs: BlobStore,
  chunks: readonly FeatureChunk[],
  images: number,
): Promise<{ values: Float32Array; width: number }> {
  const table = await FeatureTable.open(blobs, 'float32', chunks);
  try {
    const width = table.rowLength;
    const values = new Float32Array(images * width);
    for (let start = 0; start < images; start += AT_ONCE) {
      const rows = Int32Array.from({ length: Math.min(AT_ONCE, images - start) }, (_, i) => start + i);
      values.set((await table.read(rows)) as Float32Array, start * width);
    }
    return { values, width };
  } finally {
    await table.close();
  }
}

/** Positions of the largest values from `from` to before `to`, largest first, without one position; of equals, the first. */
function largest(values: Float32Array, count: number, from: number, to: number, without: number): number[] {
  const found: number[] = []; // sorted
  for (let row = from; row < to; row++) {
    if (row === without) continue;
    if (found.length === count && values[row]! <= values[found[count - 1]!]!) continue;
    let place = found.length;
    while (place > 0 && values[found[place - 1]!]! < values[row]!) place--;
    found.splice(place, 0, row);
    if (found.length > count) found.pop();
  }
  return found;
}
