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

/** Names of splits in folders and tables. */
export const SPLIT_NAMES: readonly string[] = [...SPLIT_FOLDERS.keys()];

/** Files of file managers, in lower case, which are ignored like names with a leading dot. */
const SYSTEM_NAMES: ReadonlySet<string> = new Set(['__macosx', 'thumbs.db', 'ehthumbs.db', 'desktop.ini', 'icon\r']);

/**
 * The parts of a path, or null for a hidden or system file. @throws LIMIT_EXCEEDED for a path that is too long, and
 * DATASET_REFUSED for one that no honest archive has: absolute, with `..` or with control characters.
 */
export function splitPath(path: string, bounds: DatasetBounds): readonly string[] | null {
  checkBound(bounds, 'maxPathLength', path.length, `The path ${quoted(path)}`, 'characters');
  const fault = pathFault(path);
  if (fault !== null) throw unsafe(path, fault);
  // macOS writes letters in another Unicode form (NFD) than other systems.
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
  if (path.includes('\uFFFD')) return 'has a name that is not UTF-8, or was misread before: rename it';
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return 'is absolute';
  if (path.split('/').includes('..')) return 'climbs out of its folder';
  return null;
}

function unsafe(path: string, fault: string): HubError {
  return new HubError('DATASET_REFUSED', `The path ${quoted(path)} ${fault}; nothing of this source was stored.`);
}

/** Class and split of an image. The split is null when the source does not state it. */
export interface Place {
  readonly split: Split | null;
  readonly className: string;
}

/** Assigns classes and splits to the files of a source. */
export interface Placement {
  /** Class names, sorted. */
  readonly classes: readonly string[];
  /** Class and split of a file, or the reason for its rejection. */
  place(path: readonly string[]): Place | { readonly reason: string };
  /** Expected files that the source lacks. */
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Assigns classes and splits by folders: class folders, or train, validation and test folders with class folders in them,
 * optionally inside one wrapping folder.
 */
export class Layout implements Placement {
  readonly absent = [];
  readonly #depth: number;
  readonly #hasSplits: boolean;
  /** One class per folder, even when none of its images is accepted. */
  readonly classes: readonly string[];

  /** @param folders all folders, as parts. @throws DATASET_REFUSED when split and class folders are mixed. */
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
        `The folder ${quoted(splits[0]!)} is a split, but ${quoted(other)} next to it is not: give only split folders or only class folders.`,
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

/** The split that a folder name stands for, in upper or lower case. */
export function splitOf(folder: string): Split | undefined {
  return SPLIT_FOLDERS.get(folder.toLowerCase());
}

/** Whether everything is inside one folder that is not a split. */
function hasWrapper(folders: readonly (readonly string[])[]): boolean {
  const top = new Set(folders.filter((parts) => parts.length > 0).map((parts) => parts[0]!));
  const [only] = top;
  if (top.size !== 1 || only === undefined || splitOf(only) !== undefined) return false;
  return folders.some((parts) => parts.length > 1);
}
