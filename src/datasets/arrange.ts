import { HubError } from '../errors.js';
import type { Intake, StoredImage } from './intake.js';
import { Layout } from './layout.js';
import { checkLimit, type DatasetLimits } from './limits.js';
import type { ImageRecord, Split } from './manifest.js';
import { byCodeUnit, quoted, shown } from './names.js';
import type { Rejections } from './rejections.js';
import { drawSplits, type SplitFractions } from './splits.js';

/** Classes that a message lists by name. */
const NAMED_CLASSES = 5;

export interface Arrangement {
  /** Sorted. */
  readonly classes: readonly string[];
  readonly images: readonly ImageRecord[];
}

/**
 * Gives every image its class and its split; those without a place and exact duplicates go to `rejections`. Splits that
 * the source does not have are drawn. Throws DATASET_REFUSED when the result cannot be trained on.
 */
export function arrange(
  intake: Intake,
  rejections: Rejections,
  limits: DatasetLimits,
  fractions: SplitFractions,
  seed: number,
): Arrangement {
  const layout = new Layout(intake.folders);
  const { classes } = layout;
  checkLimit(limits, 'maxClasses', classes.length, 'The source', 'classes');
  const placed = place(intake.images, layout, rejections);
  checkTrainable(placed, classes, rejections);
  const missing = (split: Split) => placed.every((image) => image.split !== split);
  const drawn = {
    test: missing('test') ? fractions.test : 0,
    validation: missing('validation') ? fractions.validation : 0,
  };
  return { classes, images: drawSplits(placed, classes, drawn, seed) };
}

function place(images: readonly StoredImage[], layout: Layout, rejections: Rejections): ImageRecord[] {
  const labels = new Map(layout.classes.map((name, label) => [name, label]));
  const firsts = new Map<string, string>();
  const placed: ImageRecord[] = [];
  // By name, so that of two equal images the same one is kept whatever the order of the archive.
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
    placed.push({ ...image, label, split });
  }
  return placed;
}

function checkTrainable(images: readonly ImageRecord[], classes: readonly string[], rejections: Rejections): void {
  if (images.length === 0) {
    const [first] = rejections.kept;
    const why = first ? ` ${rejections.count} files were rejected, the first: "${first.name}" (${first.reason}).` : '';
    throw new HubError('DATASET_REFUSED', `The source has no images in class folders.${why}`);
  }
  if (classes.length === 1) {
    throw new HubError(
      'DATASET_REFUSED',
      `The source has one class, ${quoted(classes[0]!)}; training needs two or more.`,
    );
  }
  const trained = new Set(images.filter((image) => image.split === 'train').map((image) => image.label));
  const untrained = classes.filter((_, label) => !trained.has(label));
  if (untrained.length === 0) return;
  const seen = new Set(images.map((image) => classes[image.label]!));
  const elsewhere = untrained.filter((name) => seen.has(name));
  const message =
    elsewhere.length > 0
      ? `There are images of ${listed(elsewhere)} for validation or test, but none to train on.`
      : `There are no images of ${listed(untrained)} that could be taken.`;
  throw new HubError('DATASET_REFUSED', message);
}

function listed(classes: readonly string[]): string {
  const more = classes.length - NAMED_CLASSES;
  const names = classes.slice(0, NAMED_CLASSES).map(quoted).join(', ');
  return more > 0 ? `${names} and ${more} more classes` : names;
}
