import { groupBy } from '../group-by.js';
import type { Manifest, Split } from './manifest.js';

/** Where an image stands in a version. */
export interface Standing {
  /** Place in that version's list of images. */
  readonly row: number;
  readonly className: string;
  readonly split: Split;
}

/** An image, by its content, that stands elsewhere in another version; null where it is not at all. */
export interface Change {
  readonly sha256: string;
  readonly before: Standing | null;
  readonly after: Standing | null;
}

/** What became of the images from one version to another, each list in the order of the version that has them. */
export interface Difference {
  readonly added: readonly Change[];
  readonly removed: readonly Change[];
  /** In another class, in the same split or another one. */
  readonly relabelled: readonly Change[];
  /** In the same class, in another split. */
  readonly moved: readonly Change[];
  /** How many stand where they stood. */
  readonly unchanged: number;
}

/**
 * Images are the same when their bytes are. One that stands several times in a version is matched with what is most
 * like it: the same place first, then the same class.
 */
export function diff(before: Manifest, after: Manifest): Difference {
  const left = groupBy(standingsOf(before), ({ sha256 }) => sha256);
  const added: Change[] = [];
  const relabelled: Change[] = [];
  const moved: Change[] = [];
  const open = standingsOf(after).filter(({ sha256, standing }) => !takeFrom(left.get(sha256), sameAs(standing)));
  for (const { sha256, standing } of open) {
    const rest = left.get(sha256);
    const match = takeFrom(rest, ({ className }) => className === standing.className) ?? takeFrom(rest, () => true);
    const change = { sha256, before: match ?? null, after: standing };
    if (!match) added.push(change);
    else if (match.className === standing.className) moved.push(change);
    else relabelled.push(change);
  }
  const removed = [...left.values()]
    .flat()
    .toSorted((a, b) => a.standing.row - b.standing.row)
    .map(({ sha256, standing }) => ({ sha256, before: standing, after: null }));
  return { added, removed, relabelled, moved, unchanged: after.images.length - open.length };
}

interface Placed {
  readonly sha256: string;
  readonly standing: Standing;
}

function standingsOf({ classes, images }: Manifest): Placed[] {
  return images.map(({ sha256, label, split }, row) => ({
    sha256,
    standing: { row, className: classes[label]!, split },
  }));
}

function sameAs({ className, split }: Standing): (other: Standing) => boolean {
  return (other) => other.className === className && other.split === split;
}

/** Takes the first that fits out of the list. */
function takeFrom(list: Placed[] | undefined, fits: (standing: Standing) => boolean): Standing | undefined {
  const place = list?.findIndex(({ standing }) => fits(standing)) ?? -1;
  return place < 0 ? undefined : list?.splice(place, 1)[0]?.standing;
}
