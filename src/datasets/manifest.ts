import { createHash } from 'node:crypto';
import type { ImageFacts } from './image-facts.js';
import { byCodeUnit } from './names.js';

/** The parts of a dataset version. */
export const Split = { TRAIN: 'train', VALIDATION: 'validation', TEST: 'test' } as const;
export type Split = (typeof Split)[keyof typeof Split];
/** All splits, in the order of every list. */
export const SPLITS = Object.values(Split);

/** One image of a dataset version: its class and split, and the place of its encoded bytes. */
export interface ImageRecord {
  /** SHA-256 of the encoded file. */
  readonly sha256: string;
  /** Path inside its source, with forward slashes and in NFC; for display only, never used as a path. */
  readonly name: string;
  /** Index into `classes`. */
  readonly label: number;
  readonly split: Split;
  /** Index into `shards`. */
  readonly shard: number;
  /** First byte in the shard. */
  readonly offset: number;
  readonly bytes: number;
  /** Pixels, upright. */
  readonly width: number;
  /** Pixels, upright. */
  readonly height: number;
  /** Null in versions that were written before facts existed. */
  readonly facts: ImageFacts | null;
  /** Values of `Manifest.columns`, in their order; null for none. Absent without columns. */
  readonly values?: readonly (string | null)[] | undefined;
  /** Index into `Manifest.sources`; absent where the image came with the version's own source. */
  readonly source?: number | undefined;
}

/** What is known of images besides classes and splits. Absent where nothing is, so that an older hub reads such a manifest. */
export interface Descriptions {
  /** Names of further columns of the table of labels. */
  readonly columns?: readonly string[] | undefined;
  /** Where images come from that did not come with the version's own source, in words. */
  readonly sources?: readonly string[] | undefined;
}

/** The content of a dataset version, stored as a blob of JSON. Immutable. */
export interface Manifest extends Descriptions {
  readonly format: 1;
  /** SHA-256 over classes and sorted lines of split, class and image hash: equal data, equal hash, however it is packed. */
  readonly contentHash: string;
  /** Class names, sorted; a label is an index into this list. */
  readonly classes: readonly string[];
  /** SHA-256 of the blobs that hold the encoded images back to back. */
  readonly shards: readonly string[];
  /** Sorted by split, label and hash, so that a position in this list is a stable identity. */
  readonly images: readonly ImageRecord[];
}

/** The order of `Manifest.images`. */
function byIdentity(a: ImageRecord, b: ImageRecord): number {
  return SPLITS.indexOf(a.split) - SPLITS.indexOf(b.split) || a.label - b.label || byCodeUnit(a.sha256, b.sha256);
}

/** The manifest of images, in any order. */
export function manifestOf(
  classes: readonly string[],
  shards: readonly string[],
  images: readonly ImageRecord[],
  { columns = [], sources = [] }: Descriptions = {},
): Manifest {
  const sorted = images.toSorted(byIdentity);
  return {
    ...{ format: 1, contentHash: hashContent(classes, sorted), classes, shards, images: sorted },
    ...(columns.length > 0 ? { columns } : {}),
    ...(sources.length > 0 ? { sources } : {}),
  };
}

/** SHA-256 over the columns and their values, whatever the order of the columns, in the order of the images; null without columns. */
export function hashColumns({ columns, images }: Manifest): string | null {
  if (!columns) return null;
  const sorted = [...columns.entries()].toSorted(([, a], [, b]) => byCodeUnit(a, b));
  const hash = createHash('sha256').update(`${JSON.stringify(sorted.map(([, column]) => column))}\n`);
  for (const { values } of images) hash.update(`${JSON.stringify(sorted.map(([i]) => values?.[i] ?? null))}\n`);
  return hash.digest('hex');
}

/** Computes `Manifest.contentHash`. @param images in the order of `byIdentity`. */
function hashContent(classes: readonly string[], images: readonly ImageRecord[]): string {
  const hash = createHash('sha256').update(`${JSON.stringify(classes)}\n`);
  for (const { split, label, sha256 } of images) hash.update(`${split} ${label} ${sha256}\n`);
  return hash.digest('hex');
}
