import { HubError } from '../errors.js';
import { checkBound, type DatasetBounds } from './bounds.js';
import type { Split } from './manifest.js';
import { byCodeUnit, quoted } from './names.js';

const SPLIT_FOLDERS: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['validation', 'validation'],
  ['valid', 'validation'],
  ['val', 'validation'],
  ['test', 'test'],
]);

/** What a split may be called. */
export const SPLIT_NAMES: readonly string[] = [...SPLIT_FOLDERS.keys()];

/** What file managers leave behind, in lower case; names with a leading dot are ignored as well. */
const SYSTEM_NAMES: ReadonlySet<string> = new Set(['__macosx', 'thumbs.db', 'ehthumbs.db', 'desktop.ini', 'icon\r']);

/**
 * The parts of a path, or null for a hidden or system file. Throws LIMIT_EXCEEDED when it is too long, and
 * DATASET_REFUSED when no honest archive would hold it: it is absolute, climbs, or has characters that paths lack.
 */
export function splitPath(path: string, bounds: DatasetBounds): readonly string[] | null {
  checkBound(bounds, 'maxPathLength', path.length, `The path ${quoted(path)}`, 'characters');
  const fault = pathFault(path);
  if (fault !== null) throw unsafe(path, fault);
  // macOS spells the same letters differently (NFD) than everyone else.
  const parts = path
    .normalize('NFC')
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  if (parts.some((part) => part.startsWith('.') || SYSTEM_NAMES.has(part.toLowerCase()))) return null;
  if (/\p{Cc}/u.test(path)) throw unsafe(path, 'has control characters');
  return parts;
}

function pathFault(path: string): string | null {
  if (path.includes('\0')) return 'has a NUL character';
  if (path.includes('\\')) return 'has a backslash';
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return 'is absolute';
  if (path.split('/').includes('..')) return 'climbs out of its folder';
  return null;
}

function unsafe(path: string, fault: string): HubError {
  return new HubError('DATASET_REFUSED', `The path ${quoted(path)} ${fault}; nothing of this source was taken.`);
}

/** Where an image belongs. A null split means that the source has no split folders. */
export interface Place {
  readonly split: Split | null;
  readonly className: string;
}

/** What says where images belong. */
export interface Placement {
  /** Class names, sorted. */
  readonly classes: readonly string[];
  /** The place of a file, or the reason why it has none. */
  place(path: readonly string[]): Place | { readonly reason: string };
  /** What it expected of the source and was not asked about. */
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * How a source is laid out: class folders, or train / validation / test folders above class folders, either of them
 * inside one wrapping folder or not.
 */
export class Layout implements Placement {
  readonly absent = [];
  readonly #depth: number;
  readonly #hasSplits: boolean;
  /** A folder makes a class, even when none of its images could be taken. */
  readonly classes: readonly string[];

  /** `folders` are all folders that were seen, as parts. Throws DATASET_REFUSED when split and class folders mix. */
  constructor(folders: readonly (readonly string[])[]) {
    this.#depth = hasWrapper(folders) ? 1 : 0;
    const inner = folders.map((parts) => parts.slice(this.#depth)).filter((parts) => parts.length > 0);
    const top = [...new Set(inner.map((parts) => parts[0]!))].sort(byCodeUnit);
    const splits = top.filter((name) => splitOf(name) !== undefined);
    this.#hasSplits = splits.length > 0;
    if (this.#hasSplits && splits.length < top.length) {
      const other = top.find((name) => splitOf(name) === undefined)!;
      throw new HubError(
        'DATASET_REFUSED',
        `The folders ${quoted(splits[0]!)} and ${quoted(other)} lie side by side: the first is a split, the second is not.`,
      );
    }
    const classes = inner.map((parts) => parts[this.#hasSplits ? 1 : 0]).filter((name) => name !== undefined);
    this.classes = [...new Set(classes)].sort(byCodeUnit);
  }

  place(path: readonly string[]): Place | { readonly reason: string } {
    const folders = path.slice(this.#depth, -1);
    const split = this.#hasSplits && folders.length > 0 ? splitOf(folders.shift()!)! : null;
    const [className, ...deeper] = folders;
    if (className === undefined) return { reason: 'not inside a class folder' };
    if (deeper.length > 0) return { reason: 'nested deeper than class/file' };
    return { split, className };
  }
}

/** By its name in any case. */
export function splitOf(folder: string): Split | undefined {
  return SPLIT_FOLDERS.get(folder.toLowerCase());
}

/** One top folder that is no split and has folders inside wraps everything. */
function hasWrapper(folders: readonly (readonly string[])[]): boolean {
  const top = new Set(folders.filter((parts) => parts.length > 0).map((parts) => parts[0]!));
  const [only] = top;
  if (top.size !== 1 || only === undefined || splitOf(only) !== undefined) return false;
  return folders.some((parts) => parts.length > 1);
}
