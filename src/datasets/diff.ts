import { groupBy } from '../group-by.js';
import type { Manifest, Split } from './manifest.js';

/** Position, class and split of an image in a version. */
export interface FileState {
  /** Position in that version's list of images. */
  readonly row: number;
  readonly className: string;
  readonly split: Split;
}

/** An image, identified by its content, whose state differs between two versions; null in a version without it. */
export interface ImageChange {
  readonly sha256: string;
  readonly before: FileState | null;
  readonly after: FileState | null;
}

/** Differences between two versions, each list in the order of the version that has its images. */
export interface VersionDiff {
  readonly added: readonly ImageChange[];
  readonly removed: readonly ImageChange[];
  /** In another class, in the same split or another one. */
  readonly relabelled: readonly ImageChange[];
  /** In the same class, in another split. */
  readonly moved: readonly ImageChange[];
  /** Number of images in the same class and split. */
  readonly unchanged: number;
}

/**
 * Compares two versions. Images are the same when their bytes are. An image that a version has several times is matched
 * with its most similar state: the same class and split first, then the same class.
 */
export function diff(before: Manifest, after: Manifest): VersionDiff {
  const left = groupBy(statesOf(before), ({ sha256 }) => sha256);
  const added: ImageChange[] = [];
  const relabelled: ImageChange[] = [];
  const moved: ImageChange[] = [];
  const open = statesOf(after).filter(({ sha256, state }) => !takeFrom(left.get(sha256), sameAs(state)));
  for (const { sha256, state } of open) {
    const rest = left.get(sha256);
    const match = takeFrom(rest, ({ className }) => className === state.className) ?? takeFrom(rest, () => true);
    const change = { sha256, before: match ?? null, after: state };
    if (!match) added.push(change);
    else if (match.className === state.className) moved.push(change);
    else relabelled.push(change);
  }
  const removed = [...left.values()]
    .flat()
    .toSorted((a, b) => a.state.row - b.state.row)
    .map(({ sha256, state }) => ({ sha256, before: state, after: null }));
  return { added, removed, relabelled, moved, unchanged: after.images.length - open.length };
}

interface HashedState {
  readonly sha256: string;
  readonly state: FileState;
}

function statesOf({ classes, images }: Manifest): HashedState[] {
  return images.map(({ sha256, label, split }, row) => ({
    sha256,
    state: { row, className: classes[label]!, split },
  }));
}

function sameAs({ className, split }: FileState): (other: FileState) => boolean {
  return (other) => other.className === className && other.split === split;
}

/** Removes and returns the first state that fits. */
function takeFrom(list: HashedState[] | undefined, fits: (state: FileState) => boolean): FileState | undefined {
  const index = list?.findIndex(({ state }) => fits(state)) ?? -1;
  return index < 0 ? undefined : list?.splice(index, 1)[0]?.state;
}
