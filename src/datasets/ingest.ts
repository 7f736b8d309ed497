import { HubError } from '../errors.js';
import type { BlobRef, BlobStore } from '../storage/blobs.js';
import { arrange } from './arrange.js';
import { DATASET_BOUNDS, type DatasetBounds } from './bounds.js';
import { type Inspection, inspect, type SizeRange } from './inspect.js';
import { type Manifest, manifestOf, type Split } from './manifest.js';
import { type IngestProgress, packImages } from './pack-images.js';
import { type Rejection, Rejections } from './rejections.js';
import { ShardWriter } from './shard-writer.js';
import type { Source } from './source.js';

/** Bounds, drawing of splits and progress of an ingestion. */
export interface IngestOptions {
  readonly bounds?: DatasetBounds;
  /** Share of each class drawn as test split when the source has none: 0 (draw none) to below 1. Default 0.2. */
  readonly testFraction?: number;
  /** The same share for the validation split. Default 0. */
  readonly validationFraction?: number;
  /** Seed of the draw, a 32-bit integer. Default 0. */
  readonly seed?: number;
  /** Called after every file. */
  readonly onProgress?: (progress: IngestProgress) => void;
  readonly signal?: AbortSignal;
}

/** Images per split, in all and for each class in the order of the manifest's classes. */
interface ImageCounts extends Readonly<Record<Split, number>> {
  readonly images: number;
  readonly classes: readonly (Readonly<Record<Split, number>> & { readonly name: string })[];
}

/** A version in the blob store, with its inspection. */
export interface StoredVersion {
  readonly manifest: Manifest;
  readonly manifestBlob: BlobRef;
  readonly inspection: Inspection;
  /** The inspection as JSON. */
  readonly inspectionBlob: BlobRef;
  readonly counts: ImageCounts;
  /** Bytes of all encoded images. */
  readonly bytes: number;
  /** Pixels, when all images have the same width; else null. */
  readonly width: number | null;
  /** Pixels, when all images have the same height; else null. */
  readonly height: number | null;
}

/** A stored version, with the rejected files of its source. */
export interface IngestedVersion extends StoredVersion {
  /** The first `maxRejected` rejected files. */
  readonly rejected: readonly Rejection[];
  readonly rejectedCount: number;
}

/**
 * Packs a source of labeled images into an immutable dataset version: shard blobs and a manifest blob. Memory does not
 * grow with the content of the images. A failed or aborted ingestion deletes the shards that it stored, so only one may
 * run at a time on one store: another one could rely on the same shard.
 * @throws DATASET_REFUSED, LIMIT_EXCEEDED, BAD_INPUT for options out of range, and the signal's reason when aborted.
 */
export async function ingestImages(
  source: Source,
  blobs: BlobStore,
  options: IngestOptions = {},
): Promise<IngestedVersion> {
  const { bounds = DATASET_BOUNDS, testFraction = 0.2, validationFraction = 0, seed = 0 } = options;
  const { onProgress = () => {}, signal = new AbortController().signal } = options;
  checkDraw(testFraction, validationFraction, seed);
  const writer = new ShardWriter(blobs);
  const rejections = new Rejections(bounds.maxRejected);
  try {
    const packed = await packImages(source, writer, rejections, { bounds: bounds, signal, onProgress });
    const fractions = { test: testFraction, validation: validationFraction };
    const { classes, images, columns } = arrange(packed, rejections, bounds, fractions, seed);
    const manifest = manifestOf(classes, await writer.finish(), images, { columns });
    signal.throwIfAborted();
    const stored = await storeVersion(manifest, blobs);
    return { ...stored, rejected: rejections.kept, rejectedCount: rejections.count };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

function checkDraw(testFraction: number, validationFraction: number, seed: number): void {
  const isFraction = (value: number) => value >= 0 && value < 1;
  if (!isFraction(testFraction) || !isFraction(validationFraction) || testFraction + validationFraction >= 1) {
    throw new HubError(
      'BAD_INPUT',
      'testFraction and validationFraction must be 0 or more and together below 1; ' +
        `received ${testFraction} and ${validationFraction}.`,
    );
  }
  if ((seed | 0) !== seed) throw new HubError('BAD_INPUT', `seed must be a 32-bit integer; received ${seed}.`);
}

/** Inspects a version whose shards are in the store, and stores its manifest and inspection. */
export async function storeVersion(manifest: Manifest, blobs: BlobStore): Promise<StoredVersion> {
  const inspection = await inspect(manifest);
  const json = (value: unknown): Promise<BlobRef> => blobs.put(Buffer.from(JSON.stringify(value)));
  const [manifestBlob, inspectionBlob] = await Promise.all([json(manifest), json(inspection)]);
  const total = { train: 0, validation: 0, test: 0 };
  const classes = manifest.classes.map((name) => ({ name, train: 0, validation: 0, test: 0 }));
  let bytes = 0;
  for (const image of manifest.images) {
    total[image.split] += 1;
    classes[image.label]![image.split] += 1;
    bytes += image.bytes;
  }
  return {
    manifest,
    manifestBlob,
    inspection,
    inspectionBlob,
    counts: { ...total, images: manifest.images.length, classes },
    bytes,
    width: common(inspection.width),
    height: common(inspection.height),
  };
}

function common({ min, max }: SizeRange): number | null {
  return min === max ? min : null;
}
