import { descriptionOf } from '../../datasets/columns.js';
import type { DuplicateKind } from '../../datasets/inspect.js';
import type { Manifest, Split } from '../../datasets/manifest.js';

/** One image of a dataset version. */
export interface DatasetImage {
  readonly versionId: string;
  /** Position in the version, from 0; never changes. */
  readonly row: number;
  /** SHA-256 of its encoded bytes. */
  readonly sha256: string;
  /** Path in the source. */
  readonly name: string;
  readonly label: string;
  readonly split: Split;
  /** Pixels, upright. */
  readonly width: number;
  /** Pixels, upright. */
  readonly height: number;
  readonly bytes: number;
  /** Mean of red, green and blue, 0 to 255; null in versions without color data. */
  readonly mean: readonly number[] | null;
  /** Its further columns in the table of labels, without empty ones. */
  readonly values: readonly ColumnValue[];
  /** Where it comes from; null if it came with the version's own source. */
  readonly origin: string | null;
}

/** The value of an image in a column of its table of labels. */
export interface ColumnValue {
  readonly column: string;
  readonly value: string;
}

/** Images that look the same. */
export interface DuplicateImages {
  readonly kind: DuplicateKind;
  /** Reaches from the training split into another one. */
  readonly leaks: boolean;
  /** The images have different classes. */
  readonly labelConflict: boolean;
  readonly images: readonly DatasetImage[];
}

/** An image that differs between two versions, as it is in each of them; null in a version without it. */
export interface ChangedImage {
  readonly before: DatasetImage | null;
  readonly after: DatasetImage | null;
}

/** The first images that changed in one way, and the number of all. */
export interface ChangedImages {
  readonly total: number;
  readonly changes: readonly ChangedImage[];
}

/** Differences between two versions, matched by the images' bytes. */
export interface DatasetVersionDiff {
  readonly added: ChangedImages;
  readonly removed: ChangedImages;
  /** In another class. */
  readonly relabelled: ChangedImages;
  /** In the same class of another split. */
  readonly moved: ChangedImages;
  readonly unchanged: number;
}

/** The image at a position of a version. */
export function imageOf(versionId: string, manifest: Manifest, row: number): DatasetImage {
  const { classes, images } = manifest;
  const { values, source } = descriptionOf(manifest, images[row]!);
  const { sha256, name, label, split, width, height, bytes, facts } = images[row]!;
  return {
    versionId,
    row,
    sha256,
    name,
    label: classes[label]!,
    split,
    width,
    height,
    bytes,
    mean: facts?.mean ?? null,
    values: [...values].map(([column, value]) => ({ column, value })),
    origin: source,
  };
}
