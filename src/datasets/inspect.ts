import { groupBy } from '../group-by.js';
import type { Channels } from './image-facts.js';
import type { ImageRecord, Manifest } from './manifest.js';
import { nearPairs } from './near-duplicates.js';

/** Smallest, median and largest value over all images. */
export interface SizeRange {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** `exact`: the same bytes. `near`: images that look almost the same. */
export const DuplicateKind = { EXACT: 'exact', NEAR: 'near' } as const;
export type DuplicateKind = (typeof DuplicateKind)[keyof typeof DuplicateKind];

/** Images that look the same. */
export interface DuplicateGroup {
  readonly kind: DuplicateKind;
  /** Positions in the manifest's list of images, ascending. */
  readonly images: readonly number[];
}

/** Sizes, colors and duplicates of the images of a dataset version. */
export interface Inspection {
  /** Pixels. */
  readonly width: SizeRange;
  /** Pixels. */
  readonly height: SizeRange;
  /** Bytes of an encoded image. */
  readonly bytes: SizeRange;
  /** Mean of each channel, 0 to 255; each image has the same weight. Null unless all images have facts. */
  readonly mean: Channels | null;
  /** Standard deviation of each channel; null unless all images have facts. */
  readonly deviation: Channels | null;
  /** Number of images whose channels are equal. */
  readonly grey: number;
  /** Number of images of one color, in which there is nothing to see. */
  readonly flat: number;
  readonly duplicates: readonly DuplicateGroup[];
}

/** Standard deviation of a channel, of 255, below which all pixels look the same. */
const FLAT = 1;

/** Inspects a dataset version by the facts in its manifest, without decoding an image. */
export async function inspect({ images }: Manifest): Promise<Inspection> {
  const facts = images.flatMap((image) => image.facts ?? []);
  const whole = facts.length === images.length;
  const perChannel = (of: (channel: number) => number): Channels => [of(0), of(1), of(2)];
  const average = (of: (fact: (typeof facts)[number]) => number): number =>
    facts.reduce((sum, fact) => sum + of(fact), 0) / facts.length;
  const mean = perChannel((channel) => average((fact) => fact.mean[channel]!));
  const square = perChannel((channel) => average((fact) => fact.mean[channel]! ** 2 + fact.deviation[channel]! ** 2));
  const isGrey = (values: Channels): boolean => values[0] === values[1] && values[1] === values[2];
  return {
    width: rangeOf(images.map((image) => image.width)),
    height: rangeOf(images.map((image) => image.height)),
    bytes: rangeOf(images.map((image) => image.bytes)),
    mean: whole ? mean : null,
    deviation: whole ? perChannel((channel) => Math.sqrt(Math.max(0, square[channel]! - mean[channel]! ** 2))) : null,
    grey: facts.filter((fact) => isGrey(fact.mean) && isGrey(fact.deviation)).length,
    flat: facts.filter(({ deviation }) => deviation.every((channel) => channel < FLAT)).length,
    duplicates: await duplicatesOf(images, 'near'),
  };
}

/** Whether a group reaches from the training split into another one, which makes measured accuracy too high. */
export function leaks({ images }: DuplicateGroup, manifest: Manifest): boolean {
  const splits = new Set(images.map((row) => manifest.images[row]!.split));
  return splits.has('train') && splits.size > 1;
}

/** Whether the images of a group have different classes. */
export function conflicts({ images }: DuplicateGroup, manifest: Manifest): boolean {
  return new Set(images.map((row) => manifest.images[row]!.label)).size > 1;
}

type Fingerprinted = Pick<ImageRecord, 'sha256' | 'facts'>;

/** Groups of images with the same bytes and, up to `near`, of those that look almost the same, by their positions. */
export async function duplicatesOf(images: readonly Fingerprinted[], upTo: DuplicateKind): Promise<DuplicateGroup[]> {
  return upTo === 'exact' ? exactGroups(images) : [...exactGroups(images), ...(await nearGroups(images))];
}

function exactGroups(images: readonly Fingerprinted[]): DuplicateGroup[] {
  return [...groupBy(images.keys(), (row) => images[row]!.sha256).values()]
    .filter((group) => group.length > 1)
    .map((group) => ({ kind: 'exact', images: group }));
}

/** Groups of images that a chain of near pairs connects, unless all have the same bytes. */
async function nearGroups(images: readonly Fingerprinted[]): Promise<DuplicateGroup[]> {
  const parent = Int32Array.from(images.keys());
  const rootOf = (row: number): number => {
    while (parent[row] !== row) {
      parent[row] = parent[parent[row]!]!;
      row = parent[row]!;
    }
    return row;
  };
  for await (const { a, b } of nearPairs(images.map((image) => image.facts?.fingerprint ?? null))) {
    const [first, second] = [rootOf(a), rootOf(b)].sort((x, y) => x - y) as [number, number];
    parent[second] = first;
  }
  return [...groupBy(images.keys(), rootOf).values()]
    .filter((group) => new Set(group.map((row) => images[row]!.sha256)).size > 1)
    .map((group) => ({ kind: 'near', images: group }));
}

function rangeOf(values: readonly number[]): SizeRange {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted[0]!, median: sorted[Math.floor(sorted.length / 2)]!, max: sorted.at(-1)! };
}
