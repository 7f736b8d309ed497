import type { ColumnSummary } from '../../datasets/columns.js';
import type { Derivation } from '../../datasets/derive.js';
import type { SizeRange } from '../../datasets/inspect.js';
import type { Split } from '../../datasets/manifest.js';
import type { Rejection } from '../../datasets/rejections.js';
import type { Owner } from '../owner.js';

/** Number of images of one class in a split. */
export interface ClassCount {
  readonly label: string;
  readonly images: number;
}

/** Number of images in one split, in all and by class. */
export interface SplitCount {
  readonly split: Split;
  readonly images: number;
  readonly classes: readonly ClassCount[];
}

/** A version that another one is derived from. */
export interface ParentVersion {
  readonly id: string;
  /** Name of its dataset. */
  readonly dataset: string;
  readonly number: number;
}

/** The derivation of a version, with its parents. */
export interface VersionDerivation extends Derivation {
  readonly parents: readonly ParentVersion[];
  /** Number of judged photos that were added. */
  readonly judgedPhotos: number;
}

/** A derivation that leaves the images of the parents as they are. */
export const NO_CHANGES: Derivation = {
  ...{ classes: null, rename: [], relabel: [], without: [], duplicates: 'KEEP', fraction: 1, seed: 0 },
};

/** Number of groups of images that look the same. */
export interface DuplicateCounts {
  readonly exact: number;
  readonly near: number;
  /** Groups that reach from the training split into another one. */
  readonly leaks: number;
  /** Groups whose images have different classes. */
  readonly labelConflicts: number;
}

/** Sizes, colors and duplicates of the images of a version. */
export interface DatasetStatistics {
  /** Pixels. */
  readonly width: SizeRange;
  /** Pixels. */
  readonly height: SizeRange;
  /** Bytes of an encoded image. */
  readonly bytes: SizeRange;
  /** Red, green and blue, 0 to 255, averaged over images; null in versions without color data. */
  readonly mean: readonly number[] | null;
  /** Standard deviation of red, green and blue. */
  readonly deviation: readonly number[] | null;
  /** Number of images without color. */
  readonly grey: number;
  /** Number of images of one color; null in versions from before it was counted. */
  readonly flat: number | null;
  readonly duplicates: DuplicateCounts;
  /** Further columns of the table of labels; null in versions from before they were kept. */
  readonly columns: readonly ColumnSummary[] | null;
}

/** An immutable set of labeled images with classes and splits. */
export interface DatasetVersion {
  readonly id: string;
  /** Name of its dataset. */
  readonly dataset: string;
  /** Counts from 1 in each dataset. */
  readonly number: number;
  /** SHA-256 over classes, splits and image contents: equal data, equal hash. */
  readonly contentHash: string;
  /** Sorted; a label is an index into this list. */
  readonly classes: readonly string[];
  readonly splits: readonly SplitCount[];
  readonly imageCount: number;
  /** Bytes of all encoded images. */
  readonly bytes: bigint;
  /** Pixels, when all images have the same width; else null. */
  readonly width: number | null;
  /** Pixels, when all images have the same height; else null. */
  readonly height: number | null;
  /** Origin of the images, for people. */
  readonly source: string;
  readonly rejectedCount: number;
  /** The first rejected files. */
  readonly rejected: readonly Rejection[];
  /** Null in versions that were written before statistics existed. */
  readonly statistics: DatasetStatistics | null;
  /** Null when the version was ingested from a source. */
  readonly derivation: VersionDerivation | null;
  /** Null in versions that were written before owners were stored. */
  readonly owner: Owner | null;
  readonly createdAt: Date;
}
