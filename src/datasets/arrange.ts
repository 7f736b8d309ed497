import { HubError } from '../errors.js';
import { checkBound, type DatasetBounds } from './bounds.js';
import { NOT_AN_IMAGE } from './image-kind.js';
import type { Placement } from './layout.js';
import type { ImageRecord, Split } from './manifest.js';
import { byCodeUnit, quoted, shown } from './names.js';
import type { PackedImage, PackedSource } from './pack-images.js';
import { findPlacement } from './placement.js';
import type { Rejections } from './rejections.js';
import { drawSplits, type SplitFractions } from './splits.js';

/** Classes that a message names. */
const NAMED_CLASSES = 5;

/** The classes of a source, and its images with class and split. */
export interface Arrangement {
  /** Sorted. */
  readonly classes: readonly string[];
  readonly images: readonly ImageRecord[];
  /** Names of further columns, as in a manifest. */
  readonly columns: readonly string[];
}

/**
 * Assigns every image its class and split; images without a class and exact duplicates go to `rejections`. Draws the
 * splits that the source lacks. @throws DATASET_REFUSED when the result cannot be trained on.
 */
export function arrange(
  intake: PackedSource,
  rejections: Rejections,
  bounds: DatasetBounds,
  fractions: SplitFractions,
  seed: number,
): Arrangement {
  const { placement, unused } = findPlacement(intake, bounds);
  for (const { path } of unused) rejections.add(path.join('/'), NOT_AN_IMAGE);
  const { classes, columns } = placement;
  checkBound(bounds, 'maxClasses', classes.length, 'The source', 'classes');
  const placed = place(intake.images, placement, rejections);
  for (const { name, reason } of [...placement.absent, ...placement.leftOut]) rejections.add(name, reason);
  if (placed.length === 0) throw nothingTaken(rejections);
  checkTrainable(placed, classes);
  const missing = (split: Split) => placed.every((image) => image.split !== split);
  const drawn = {
    test: missing('test') ? fractions.test : 0,
    validation: missing('validation') ? fractions.validation : 0,
  };
  return { classes, ...withoutEmpty(columns, drawSplits(placed, classes, drawn, seed)) };
}

/** Leaves out columns that no image has a value in: the table lists only files with one that are not in the source. */
function withoutEmpty(
  columns: readonly string[],
  images: readonly ImageRecord[],
): Pick<Arrangement, 'columns' | 'images'> {
  const used = [...columns.keys()].filter((i) => images.some(({ values }) => values?.[i] != null));
  if (used.length === columns.length) return { columns, images };
  const kept = images.map(({ values, ...image }) =>
    used.length === 0 ? image : { ...image, values: used.map((i) => values?.[i] ?? null) },
  );
  return { columns: used.map((i) => columns[i]!), images: kept };
}

function place(images: readonly PackedImage[], layout: Placement, rejections: Rejections): ImageRecord[] {
  const labels = new Map(layout.classes.map((name, label) => [name, label]));
  const firsts = new Map<string, string>();
  const placed: ImageRecord[] = [];
  // Sorted by name, so that the choice between two equal images does not depend on the order of the archive.
  for (const image of images.toSorted((a, b) => byCodeUnit(a.name, b.name))) {
    const where = layout.place(image.name.split('/'));
    if ('reason' in where) {
      rejections.add(image.name, where.reason);
      continue;
    }
    const split = where.split ?? 'train';
    const label = labels.get(where.className)!;
    const key = `${split} ${label} ${image.sha256}`;
    const first = firsts.get(key);
    if (first !== undefined) {
      rejections.add(image.name, `duplicate of ${shown(first)}`);
      continue;
    }
    firsts.set(key, image.name);
    const values = where.values ?? layout.columns.map(() => null);
    placed.push({ ...image, label, split, ...(layout.columns.length > 0 ? { values } : {}) });
  }
  return placed;
}

function nothingTaken(rejections: Rejections): HubError {
  const [first] = rejections.kept;
  const why = first ? ` ${rejections.count} files were rejected, the first: "${first.name}" (${first.reason}).` : '';
  return new HubError('DATASET_REFUSED', `The source has no image with a class.${why}`);
}

/** @throws DATASET_REFUSED unless there are two classes, each with training images. */
export function checkTrainable(images: readonly ImageRecord[], classes: readonly string[]): void {
  if (classes.length === 0) throw new HubError('DATASET_REFUSED', 'No images are left.');
  if (classes.length === 1) {
    throw new HubError('DATASET_REFUSED', `There is one class, ${quoted(classes[0]!)}; training needs two or more.`);
  }
  const trained = new Set(images.filter((image) => image.split === 'train').map((image) => image.label));
  const untrained = classes.filter((_, label) => !trained.has(label));
  if (untrained.length === 0) return;
  const seen = new Set(images.map((image) => classes[image.label]!));
  const elsewhere = untrained.filter((name) => seen.has(name));
  const message =
    elsewhere.length > 0
      ? `${listed(elsewhere)} has images for validation or test, but none for training.`
      : `There are no usable images of ${listed(untrained)}.`;
  throw new HubError('DATASET_REFUSED', message);
}

function listed(classes: readonly string[]): string {
  const more = classes.length - NAMED_CLASSES;
  const names = classes.slice(0, NAMED_CLASSES).map(quoted).join(', ');
  return more > 0 ? `${names} and ${more} more classes` : names;
}
