import { HubError } from '../errors.js';
import { groupBy } from '../group-by.js';
import { checkTrainable } from './arrange.js';
import { type Description, described, descriptionOf, joined } from './columns.js';
import { type DuplicateGroup, duplicatesOf } from './inspect.js';
import { type ImageRecord, type Manifest, manifestOf, SPLITS, type Split } from './manifest.js';
import { byCodeUnit, quoted } from './names.js';
import { shuffled } from './splits.js';

/**
 * `DROP_EXACT` keeps one image of those with the same bytes, `DROP_NEAR` also one of those that look almost the same: of
 * the test split before the validation split before the training split.
 */
export const DuplicateHandling = { KEEP: 'KEEP', DROP_EXACT: 'DROP_EXACT', DROP_NEAR: 'DROP_NEAR' } as const;
export type DuplicateHandling = (typeof DuplicateHandling)[keyof typeof DuplicateHandling];

/** A class with a new name. */
export interface RenamedClass {
  readonly from: string;
  /** A new name or that of another class: both then become one class. */
  readonly to: string;
}

/** An image with another class. */
export interface RelabelledImage {
  /** SHA-256 of its bytes. */
  readonly image: string;
  /** A class, possibly a new one. */
  readonly to: string;
}

/** Changes that make a version from one or more others, applied in this order. */
export interface Derivation {
  /** Classes to keep; null for all. */
  readonly classes: readonly string[] | null;
  readonly rename: readonly RenamedClass[];
  readonly relabel: readonly RelabelledImage[];
  /** SHA-256 of the images to leave out. */
  readonly without: readonly string[];
  readonly duplicates: DuplicateHandling;
  /** Share of each class of each split to keep, at least one image; above 0 to 1. */
  readonly fraction: number;
  /** Seed of the choice of that share. */
  readonly seed: number;
}

/** An image with the name of its class, since labels differ between versions. */
interface Named extends Omit<ImageRecord, 'label' | 'values' | 'source'> {
  readonly className: string;
  readonly description: Description;
}

/** Splits in the order in which they keep images that look the same: a test split should not change. */
const KEPT_FIRST: readonly Split[] = ['test', 'validation', 'train'];

/**
 * Derives a manifest from those of other versions. It refers to their shards, so no image is stored again. An image that
 * two versions have in the same class and split counts once, with what both say of it.
 * @param origins names of the parents, to say of each image of several ones where it comes from.
 * @throws BAD_INPUT for unknown classes and images, DATASET_REFUSED when the result cannot be trained on.
 */
export async function derive(
  parents: readonly Manifest[],
  derivation: Derivation,
  origins: readonly string[] = [],
): Promise<Manifest> {
  const columns = [...new Set(parents.flatMap((parent) => parent.columns ?? []))];
  const shards = [...new Set(parents.flatMap((parent) => parent.shards))];
  const merged = parents.flatMap((parent, i) => {
    const origin = parents.length > 1 ? (origins[i] ?? null) : null;
    return parent.images.map((record): Named => {
      const { label, values: _, source: __, ...image } = record;
      const shard = shards.indexOf(parent.shards[image.shard]!);
      const { values, source } = descriptionOf(parent, record);
      return { ...image, shard, className: parent.classes[label]!, description: { values, source: source ?? origin } };
    });
  });
  checkNamed(merged, derivation);
  const kept = takeShare(applyChanges(merged, derivation), derivation);
  if (derivation.duplicates === 'KEEP') return manifestOfNamed(kept, shards, columns);
  const ordered = kept.toSorted(byPlace);
  const groups = await duplicatesOf(ordered, derivation.duplicates === 'DROP_EXACT' ? 'exact' : 'near');
  const dropped = repeated(ordered, groups);
  return manifestOfNamed(
    ordered.filter((_, row) => !dropped.has(row)),
    shards,
    columns,
  );
}

/** An order that does not depend on that of the parents: of images that look the same in one split, the first stays. */
function byPlace(a: Named, b: Named): number {
  return (
    SPLITS.indexOf(a.split) - SPLITS.indexOf(b.split) ||
    byCodeUnit(a.className, b.className) ||
    byCodeUnit(a.sha256, b.sha256)
  );
}

function checkNamed(images: readonly Named[], { classes, rename, relabel, without }: Derivation): void {
  const known = new Set(images.map(({ className }) => className));
  for (const name of [...(classes ?? []), ...rename.map(({ from }) => from)]) {
    if (!known.has(name)) throw new HubError('BAD_INPUT', `There is no class ${quoted(name)} in these versions.`);
  }
  const hashes = new Set(images.map(({ sha256 }) => sha256));
  for (const sha256 of [...relabel.map(({ image }) => image), ...without]) {
    if (!hashes.has(sha256)) throw new HubError('BAD_INPUT', `There is no image ${quoted(sha256)} in these versions.`);
  }
}

function applyChanges(images: readonly Named[], { classes, rename, relabel, without }: Derivation): Named[] {
  const keptClasses = classes && new Set(classes);
  const renamed = new Map(rename.map(({ from, to }) => [from, to]));
  const relabelled = new Map(relabel.map(({ image, to }) => [image, to]));
  const left = new Set(without);
  const result = images
    .filter(({ className, sha256 }) => (!keptClasses || keptClasses.has(className)) && !left.has(sha256))
    .map((image) => {
      const className = relabelled.get(image.sha256) ?? renamed.get(image.className) ?? image.className;
      return { ...image, className };
    });
  const once = groupBy(result, ({ split, className, sha256 }) => `${split} ${sha256} ${className}`);
  return [...once.values()].map((same) => {
    const description = same.map((image) => image.description).reduce(joined);
    return { ...same[0]!, description };
  });
}

/** A share of each class of each split, independent of the order of the images. */
function takeShare(images: readonly Named[], { fraction, seed }: Derivation): Named[] {
  if (fraction === 1) return [...images];
  return [...groupBy(images, ({ split, className }) => `${split} ${className}`).values()].flatMap((group) => {
    const order = shuffled(
      group.toSorted((a, b) => byCodeUnit(a.sha256, b.sha256)),
      seed,
    );
    return order.slice(0, Math.max(1, Math.round(order.length * fraction)));
  });
}

/** All images of each group except the one to keep. */
function repeated(images: readonly Named[], groups: readonly DuplicateGroup[]): ReadonlySet<number> {
  const rank = (row: number): number => KEPT_FIRST.indexOf(images[row]!.split);
  return new Set(groups.flatMap((group) => group.images.toSorted((a, b) => rank(a) - rank(b) || a - b).slice(1)));
}

function manifestOfNamed(
  images: readonly Named[],
  allShards: readonly string[],
  allColumns: readonly string[],
): Manifest {
  const classes = [...new Set(images.map(({ className }) => className))].sort(byCodeUnit);
  const labels = new Map(classes.map((name, label) => [name, label]));
  const used = new Set(images.map(({ shard }) => shard));
  const shards = allShards.filter((_, shard) => used.has(shard));
  const labeled = images.map(({ className, ...image }) => {
    const shard = shards.indexOf(allShards[image.shard]!);
    return { ...image, shard, label: labels.get(className)! };
  });
  const { images: records, ...descriptions } = described(labeled, allColumns);
  checkTrainable(records, classes);
  if (!records.some(({ split }) => split === 'test')) {
    throw new HubError(
      'DATASET_REFUSED',
      'No test images are left, so accuracy could not be measured: keep some images of the test split.',
    );
  }
  return manifestOf(classes, shards, records, descriptions);
}
