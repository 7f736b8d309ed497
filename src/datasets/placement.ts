import { HubError } from '../errors.js';
import type { DatasetBounds } from './bounds.js';
import { FolderTree } from './folder-tree.js';
import { type LabelsTable, TablePlacement } from './labels-table.js';
import { checkLinks, Layout, type Place, type Placement } from './layout.js';
import { byCodeUnit, quoted } from './names.js';

/** The folders, links and tables of a source, from which classes and splits follow. */
export interface Surroundings {
  /** All folders, as parts of their paths, also those without accepted images. */
  readonly folders: readonly (readonly string[])[];
  /** Links that may stand for folders, as parts of their paths. */
  readonly links: readonly (readonly string[])[];
  readonly tables: readonly LabelsTable[];
}

/** A placement, and the tables that it does not use. */
interface FoundPlacement {
  readonly placement: Placement;
  readonly unused: readonly LabelsTable[];
}

/**
 * How the images of a source get their classes: by the table at its top, by a table in each split folder, or by folders.
 * @throws DATASET_REFUSED for several tables, and as `Layout` and `TablePlacement`.
 */
export function findPlacement({ folders, links, tables }: Surroundings, bounds: DatasetBounds): FoundPlacement {
  const tree = new FolderTree(folders);
  const top = tables.filter(({ path }) => tree.isAtTop(path));
  const inSplits = tables.filter((table) => isInSplit(table, tree));
  const used = [...top, ...inSplits];
  checkTables(top, inSplits, tree);
  const unused = tables.filter((table) => !used.includes(table));
  if (top.length > 0) return { placement: new TablePlacement(top, tree, bounds), unused };
  checkLinks(tree, links);
  const tabled = new Set(inSplits.map(({ path }) => tree.inner(path)[0]!));
  const layout = new Layout(tree, tabled);
  if (inSplits.length === 0) return { placement: layout, unused };
  const table = new TablePlacement(inSplits, tree, bounds);
  return { placement: new SplitPlacement(table, layout, (path) => tabled.has(tree.inner(path)[0]!)), unused };
}

/** Whether a table is directly in a split folder. */
function isInSplit({ path }: LabelsTable, tree: FolderTree): boolean {
  return tree.inner(path).length === 2 && tree.splitFolder(path) !== null;
}

/** @throws DATASET_REFUSED unless there is one table for every image at most. */
function checkTables(top: readonly LabelsTable[], inSplits: readonly LabelsTable[], tree: FolderTree): void {
  const sameSplit = inSplits.filter(({ path }, i) =>
    inSplits.some((other, j) => i !== j && tree.inner(other.path)[0] === tree.inner(path)[0]),
  );
  const [table, other] = top.length > 0 ? [...top, ...inSplits] : sameSplit;
  if (table === undefined || other === undefined) return;
  const names = `${quoted(table.path.join('/'))} and ${quoted(other.path.join('/'))}`;
  throw new HubError('DATASET_REFUSED', `The source has two tables of labels, ${names}; give one.`);
}

/** Assigns by a table in the split folders that have one, and by folders in the others. */
class SplitPlacement implements Placement {
  readonly classes: readonly string[];

  constructor(
    private readonly table: Placement,
    private readonly layout: Placement,
    private readonly isTabled: (path: readonly string[]) => boolean,
  ) {
    this.classes = [...new Set([...table.classes, ...layout.classes])].sort(byCodeUnit);
  }

  place(path: readonly string[]): Place | { readonly reason: string } {
    return this.isTabled(path) ? this.table.place(path) : this.layout.place(path);
  }

  get columns(): Placement['columns'] {
    return this.table.columns;
  }

  get leftOut(): Placement['leftOut'] {
    return this.table.leftOut;
  }

  get absent(): Placement['absent'] {
    return this.table.absent;
  }
}
