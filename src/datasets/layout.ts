import { HubError } from '../errors.js';
import { checkBound, type DatasetBounds } from './bounds.js';
import type { FolderTree } from './folder-tree.js';
import type { Split } from './manifest.js';
import { byCodeUnit, quoted } from './names.js';
import { isUnlabeledFolder } from './split-names.js';

/** Files and folders of file managers, version control and editors, in lower case. None holds images of a dataset. */
const SYSTEM_NAMES: ReadonlySet<string> = new Set([
  ...['__macosx', '.ds_store', '.localized', '.spotlight-v100', '.trashes', '.fseventsd', '.temporaryitems', 'icon\r'],
  ...['thumbs.db', 'ehthumbs.db', 'desktop.ini', '.directory', '.thumbnails', '.nomedia', '.picasa.ini'],
  ...['.git', '.gitignore', '.gitattributes', '.gitkeep', '.gitmodules', '.github', '.keep', '.hg', '.svn', '.dvc'],
  ...['.idea', '.vscode', '.ipynb_checkpoints', '.cache'],
]);

/** Whether a file or folder of this name is ignored. `._1.png` holds what macOS knows about `1.png`. */
function isSystemName(name: string): boolean {
  return name.startsWith('._') || SYSTEM_NAMES.has(name.toLowerCase());
}

/** Whether a file is, or is inside, one that is ignored. */
export function isSystemPath(path: string): boolean {
  return path.split('/').some(isSystemName);
}

/**
 * The parts of a path, or null for a system file. @throws LIMIT_EXCEEDED for a path that is too long, and
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
  if (parts.some(isSystemName)) return null;
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
  /** Values of `Placement.columns`, in their order; undefined where it is in no table. */
  readonly values?: readonly (string | null)[];
}

/** Assigns classes and splits to the files of a source. */
export interface Placement {
  /** Class names, sorted. */
  readonly classes: readonly string[];
  /** Names of further columns of the table of labels. */
  readonly columns: readonly string[];
  /** Columns of the table that are not kept. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  /** Class and split of a file, or the reason for its rejection. */
  place(path: readonly string[]): Place | { readonly reason: string };
  /** Expected files that the source lacks. */
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
}

/** Folders that collect the images of several classes, in lower case: never the name of a class. */
const COLLECTING_NAMES: ReadonlySet<string> = new Set(['images', 'image', 'imgs', 'img', 'jpegimages']);

/**
 * Assigns classes and splits by folders: class folders, or train, validation and test folders with class folders in them.
 * The images of a class are directly in its folder, or in its folder `images`.
 */
export class Layout implements Placement {
  readonly absent = [];
  readonly columns = [];
  readonly leftOut = [];
  readonly #tree: FolderTree;
  /** Folders at the top whose images have no class. */
  readonly #unlabeled: ReadonlySet<string>;
  /** One class per folder, even when none of its images is accepted. */
  readonly classes: readonly string[];

  /**
   * @param except split folders that a table assigns.
   * @throws DATASET_REFUSED when split and class folders are mixed, or a folder collects the images of several classes.
   */
  constructor(tree: FolderTree, except: ReadonlySet<string> = new Set()) {
    this.#tree = tree;
    const tops = tree.splits.size > 0 ? tree.tops.filter((name) => !except.has(name)) : [];
    this.#unlabeled = new Set(tops.filter((name) => isUnlabeled(tree, name)));
    const labeled = tops.filter((name) => !this.#unlabeled.has(name));
    checkSplits(tree, labeled);
    const parents = tree.splits.size > 0 ? labeled.map((name) => [name]) : [[]];
    const classes = parents.flatMap((parent) => [...tree.children(parent)].map((name) => [...parent, name]));
    for (const folder of classes) checkClassFolder(folder);
    this.classes = [...new Set(classes.map((folder) => folder.at(-1)!))].sort(byCodeUnit);
  }

  place(path: readonly string[]): Place | { readonly reason: string } {
    const folders = this.#tree.inner(path).slice(0, -1);
    const [top] = folders;
    if (top !== undefined && this.#unlabeled.has(top))
      return { reason: `in ${quoted(top)}, which has no class folders` };
    const split = top === undefined ? undefined : this.#tree.splits.get(top);
    const [className, ...deeper] = split === undefined ? folders : folders.slice(1);
    if (className === undefined) return { reason: 'not inside a class folder' };
    if (deeper.length > 1 || deeper.some((name) => !isCollecting(name))) {
      return { reason: 'nested deeper than class/file' };
    }
    return { split: split ?? null, className };
  }
}

/** Whether a folder next to split folders, or a split folder, has images without class folders on purpose. */
function isUnlabeled(tree: FolderTree, top: string): boolean {
  const children = [...tree.children([top])];
  const split = tree.splits.get(top);
  if (split === undefined) return isUnlabeledFolder(top) && children.length === 0;
  return split !== 'train' && children.length > 0 && children.every(isCollecting);
}

function checkSplits({ splits }: FolderTree, tops: readonly string[]): void {
  const other = tops.find((name) => !splits.has(name));
  if (other === undefined) return;
  const [split] = splits.keys();
  throw new HubError(
    'DATASET_REFUSED',
    `The folder ${quoted(split!)} is a split, but ${quoted(other)} next to it is not: give only split folders or only class folders.`,
  );
}

function checkClassFolder(folder: readonly string[]): void {
  const name = folder.at(-1)!;
  if (!isCollecting(name)) return;
  throw new HubError(
    'DATASET_REFUSED',
    `The folder ${quoted(folder.join('/'))} is where a class folder is expected, but ${quoted(name)} cannot be a class. ` +
      'Put the images of each class into a folder with its name, or add a table labels.csv with the columns file and label.',
  );
}

function isCollecting(folder: string): boolean {
  return COLLECTING_NAMES.has(folder.toLowerCase());
}

/**
 * Refuses links where class and split folders are expected: the images in them would be missing.
 * @param links links that may stand for folders, as parts. @throws DATASET_REFUSED.
 */
export function checkLinks(tree: FolderTree, links: readonly (readonly string[])[]): void {
  const levels = tree.splits.size > 0 ? 2 : 1;
  const link = links.find((path) => tree.inner(path).length <= levels);
  if (link === undefined) return;
  throw new HubError(
    'DATASET_REFUSED',
    `${quoted(link.join('/'))} is a symbolic link in the place of a folder, and the hub follows no links. Put a copy of the ` +
      'folder in its place (cp -rL), or pack the source with what its links lead to (tar -ch).',
  );
}
