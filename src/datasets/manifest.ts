import { createHash } from 'node:crypto';
import type { ImageFacts } from './image-facts.js';
import { byCodeUnit } from './names.js';

/** The parts of a dataset version. */
export const Split = { TRAIN: 'train', VALIDATION: 'validation', TEST: 'test' } as const;
export type Split = (typeof Split)[keyof typeof Split];
/** All splits, in the order of every list. */
export const SPLITS = Object.values(Split);

/** One image of a dataset version: where its encoded bytes lie, and what it shows. */
export interface ImageRecord {
  /** SHA-256 of the encoded file. */
  readonly sha256: string;
  /** Path inside its source, with forward slashes and in NFC: for people, never used as a path here. */
  readonly name: string;
  /** Index into `classes`. */
  readonly label: number;
  readonly split: Split;
  /** Index into `shards`, and the byte range in that blob. */
  readonly shard: number;
  readonly offset: number;
  readonly bytes: number;
  /** Pixels, after the EXIF orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** Null in versions that were registered before facts were kept. */
  readonly facts: ImageFacts | null;
}

/** A dataset version's content, itself stored as a blob of JSON. Never changes after it is written. */
export interface Manifest {
  readonly format: 1;
  /** SHA-256 over classes and the sorted (split, class, image hash) lines: equal data, equal hash, however packed. */
  readonly contentHash: string;
  /** Class names, sorted; a label is an index into this list. */
  readonly classes: readonly string[];
  /** SHA-256 of the blobs that hold the encoded images back to back. */
  readonly shards: readonly string[];
  /** Sorted by split, then label, then hash, so that position in this list is a stable identity. */
  readonly images: readonly ImageRecord[];
}

/** The order of `Manifest.images`. */
export function byIdentity(a: ImageRecord, b: ImageRecord): number {
  return SPLITS.indexOf(a.split) - SPLITS.indexOf(b.split) || a.label - b.label || byCodeUnit(a.sha256, b.sha256);
}

/** `Manifest.contentHash`, of images in the order of `byIdentity`. */
export function hashContent(classes: readonly string[], images: readonly ImageRecord[]): string {
  const hash = createHash('sha256').update(`${JSON.stringify(classes)}\n`);
  for (const { split, label, sha256 } of images) hash.update(`${split} ${label} ${sha256}\n`);
  return hash.digest('hex');
}
