import type { Split } from './manifest.js';
import { byCodeUnit } from './names.js';
import { splitFolders, splitOf } from './split-names.js';

/** Levels of folders that are looked at: more than any layout has, and few enough for paths made to cost time. */
const LEVELS = 8;

/** The folders of a source without those that say nothing: wrapping ones, and doubled ones such as `train/train`. */
export class FolderTree {
  /** Folders in the innermost wrapping folder, sorted. */
  readonly tops: readonly string[];
  /** Folders of `tops` that stand for a split. */
  readonly splits: ReadonlyMap<string, Split>;
  /** All folders, as parts inside the wrapping folders. */
  readonly folders: readonly (readonly string[])[];
  readonly #doubled: ReadonlySet<string>;
  /** Number of folders around everything. */
  readonly #wrappers: number;
  /** `#wrappers`, and one more if there is only one class folder. */
  readonly #single: number;

  /** @param folders all folders, as parts of their paths. */
  constructor(folders: readonly (readonly string[])[]) {
    const known = folders.map((parts) => parts.slice(0, LEVELS));
    this.#doubled = doubledFolders(known);
    const plain = known.map((parts) => this.#withoutDoubled(parts));
    let wrappers = 0;
    while (isWrapped(plain, wrappers)) wrappers += 1;
    const only = onlyFolder(plain, wrappers) !== undefined;
    this.#wrappers = wrappers;
    this.#single = wrappers + (only ? 1 : 0);
    this.folders = plain.map((parts) => parts.slice(wrappers)).filter((parts) => parts.length > 0);
    this.tops = [...new Set(this.folders.map(([top]) => top!))].sort(byCodeUnit);
    this.splits = splitFolders(this.tops);
  }

  /** Names of the folders in this folder, which is given as `folders` are. */
  children(folder: readonly string[]): ReadonlySet<string> {
    const inside = this.folders.filter(
      (parts) => parts.length > folder.length && folder.every((name, i) => parts[i] === name),
    );
    return new Set(inside.map((parts) => parts[folder.length]!));
  }

  /** The parts of a file's path inside the wrapping folders. */
  inner(path: readonly string[]): readonly string[] {
    const folders = this.#withoutDoubled(path.slice(0, -1));
    return [...folders.slice(this.#wrappers), path.at(-1)!];
  }

  /** Whether a file is next to everything else, or around it. */
  isAtTop(path: readonly string[]): boolean {
    return this.#withoutDoubled(path.slice(0, -1)).length <= this.#single;
  }

  /** The split folder of a file, and the split that it stands for. */
  splitFolder(path: readonly string[]): { readonly folder: string; readonly split: Split } | null {
    const [folder, ...rest] = this.inner(path);
    const split = rest.length > 0 ? this.splits.get(folder!) : undefined;
    return split === undefined ? null : { folder: folder!, split };
  }

  #withoutDoubled(parts: readonly string[]): readonly string[] {
    if (this.#doubled.size === 0) return parts;
    return parts.filter((_, i) => i >= LEVELS || !this.#doubled.has(parts.slice(0, i + 1).join('/')));
  }
}

/** Folders that are the only one in a folder of the same name. */
function doubledFolders(folders: readonly (readonly string[])[]): ReadonlySet<string> {
  const children = new Map<string, Set<string>>();
  for (const parts of folders) {
    for (const [i, name] of parts.entries()) {
      const parent = parts.slice(0, i).join('/');
      children.set(parent, (children.get(parent) ?? new Set()).add(name));
    }
  }
  const isDoubled = (parts: readonly string[]) =>
    parts.at(-1)?.toLowerCase() === parts.at(-2)?.toLowerCase() &&
    children.get(parts.slice(0, -1).join('/'))?.size === 1;
  const prefixes = folders.flatMap((parts) => parts.map((_, i) => parts.slice(0, i + 1)));
  return new Set(prefixes.filter((parts) => parts.length > 1 && isDoubled(parts)).map((parts) => parts.join('/')));
}

/** The one folder at this depth; undefined when there are others or none, or when it is a split. */
function onlyFolder(folders: readonly (readonly string[])[], depth: number): string | undefined {
  const names = new Set(folders.filter((parts) => parts.length > depth).map((parts) => parts[depth]!));
  const [only] = names;
  return names.size === 1 && splitOf(only!) === undefined ? only : undefined;
}

/** Whether all folders at this depth are inside one that is not a split. */
function isWrapped(folders: readonly (readonly string[])[], depth: number): boolean {
  return onlyFolder(folders, depth) !== undefined && folders.some((parts) => parts.length > depth + 1);
}
