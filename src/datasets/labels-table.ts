import { z } from 'zod';
import { HubError } from '../errors.js';
import type { DatasetBounds } from './bounds.js';
import { ColumnCollector } from './columns.js';
import type { FolderTree } from './folder-tree.js';
import { type Place, type Placement, splitPath } from './layout.js';
import { asStored, byCodeUnit, quoted } from './names.js';
import { SPLIT_NAMES, splitOf } from './split-names.js';
import { tableFault } from './table-fault.js';
import { annotationRows, csvRows, jsonRows, oneHotRows, type TableRow } from './table-rows.js';
import { decodeTable } from './table-text.js';

/** A table in a source with the labels of its images. */
export interface LabelsTable {
  /** Parts of its path. Its file names are relative to its folder. */
  readonly path: readonly string[];
  readonly content: Buffer;
}

/**
 * Tables by their file names: `labels` is this hub's name, `metadata` that of Hugging Face's image folders, `_classes` that of
 * Roboflow, `val_annotations` that of Tiny ImageNet.
 */
const READERS: readonly { readonly name: RegExp; readonly read: (text: string, table: string) => TableRow[] }[] = [
  { name: /^(?:labels|metadata)\.[ct]sv$/i, read: csvRows },
  { name: /^(?:labels|metadata)\.jsonl$/i, read: jsonRows },
  { name: /^_classes\.csv$/i, read: oneHotRows },
  { name: /^val_annotations\.txt$/i, read: annotationRows },
];

/** Folders around a table: wrapping ones, and one of a split. */
const MOST_FOLDERS = 4;
const LABEL_LENGTH = 100;

const row = z.object({
  file: z.string().min(1),
  label: z
    .union([z.string(), z.int()])
    .transform((label) => asStored(String(label)))
    .pipe(
      z
        .string()
        .min(1)
        .max(LABEL_LENGTH)
        .regex(/^[^\p{Cc}\uFFFD]*$/u),
    )
    .nullable(),
  split: z
    .string()
    .trim()
    .refine((name) => name === '' || splitOf(name) !== undefined)
    .nullish(),
});
type Row = z.output<typeof row>;

/** Whether a file may be a table: it has the name of one, and few folders around it. */
export function isTable(path: readonly string[]): boolean {
  return path.length <= MOST_FOLDERS + 1 && readerOf(path) !== undefined;
}

function readerOf(path: readonly string[]): (typeof READERS)[number] | undefined {
  return READERS.find(({ name }) => name.test(path.at(-1) ?? ''));
}

/** Assigns classes and splits by a table, or by a table in each split folder. */
export class TablePlacement implements Placement {
  readonly classes: readonly string[];
  readonly columns: readonly string[];
  readonly #name: string;
  readonly #places = new Map<string, Place | null>();
  readonly #missing: Set<string>;
  readonly #columns: ColumnCollector;

  /** @throws DATASET_REFUSED, naming the table and the line, for an invalid row. */
  constructor(tables: readonly LabelsTable[], tree: FolderTree, bounds: DatasetBounds) {
    this.#name = tables.map(({ path }) => path.join('/')).join(' or ');
    this.#columns = new ColumnCollector(bounds);
    const read = tables.flatMap((table) => this.#read(table, tree, bounds));
    for (const { key, row } of read) this.#columns.put(key, row.cells);
    this.columns = this.#columns.names;
    const places = [...this.#places.values()].filter((place) => place !== null);
    this.classes = [...new Set(places.map(({ className }) => className))].sort(byCodeUnit);
    this.#missing = new Set(this.#places.keys());
  }

  place(path: readonly string[]): Place | { readonly reason: string } {
    const key = path.join('/');
    this.#missing.delete(key);
    const place = this.#places.get(key);
    if (place === null) return { reason: `without a class in ${this.#name}` };
    return place ? { ...place, values: this.#columns.valuesOf(key) } : { reason: `not listed in ${this.#name}` };
  }

  get absent(): readonly { readonly name: string; readonly reason: string }[] {
    return [...this.#missing].map((name) => ({
      name,
      reason: `listed in ${this.#name}, but not an image of the source`,
    }));
  }

  get leftOut(): Placement['leftOut'] {
    return this.#columns.leftOut.map(({ what, reason }) => ({
      name: `${this.#name}, ${what}`,
      reason,
    }));
  }

  /** Places the files of a table, and notes its columns. @returns its rows, with the paths of their files. */
  #read(table: LabelsTable, tree: FolderTree, bounds: DatasetBounds) {
    const name = table.path.join('/');
    return readerOf(table.path)!
      .read(decodeTable(table.content, name), name)
      .map((row) => {
        const { line, value } = row;
        const { file, label, split } = checkRow(value, name, line);
        const parts = [...table.path.slice(0, -1), ...filePath(file, name, line, bounds)];
        const key = parts.join('/');
        const place = label === null ? null : { className: label, split: splitOfRow(split, tree, parts, name, line) };
        const known = this.#places.get(key);
        if (known !== undefined && (known?.className !== place?.className || known?.split !== place?.split)) {
          throw tableFault(
            name,
            line,
            `${quoted(file)} is listed twice, with different labels or splits. Keep one row`,
          );
        }
        this.#places.set(key, place);
        this.#columns.note(row.cells);
        return { key, row };
      });
  }
}

/** The split of a row; else that of the folder of its file. @throws DATASET_REFUSED when the two contradict. */
function splitOfRow(
  split: Row['split'],
  tree: FolderTree,
  path: readonly string[],
  table: string,
  line: number,
): Place['split'] {
  const stated = split ? splitOf(split)! : null;
  const found = tree.splitFolder(path);
  if (stated === null || found === null || stated === found.split) return stated ?? found?.split ?? null;
  const fault = `${quoted(path.join('/'))} has the split "${split}", but is in the folder ${quoted(found.folder)}`;
  throw tableFault(table, line, `${fault}. Correct the split, or leave it empty`);
}

/** Parts of the path of a row's file. Windows writes it with backslashes, which no file of a source has. */
function filePath(file: string, table: string, line: number, bounds: DatasetBounds): readonly string[] {
  try {
    return splitPath(file.replaceAll('\\', '/'), bounds) ?? [file];
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw new HubError(error.code, `${table}, line ${line}: ${error.message}`, { ...error.details, line });
  }
}

function checkRow(value: TableRow['value'], table: string, line: number): Row {
  const result = row.safeParse(value);
  if (result.success) return result.data;
  const rules: Readonly<Record<string, string>> = {
    file: '"file" or "file_name" is missing',
    label: `"label" must have 1 to ${LABEL_LENGTH} characters, none of them a control character or "\uFFFD"`,
    split: `"split" must be one of ${SPLIT_NAMES.join(', ')}`,
  };
  throw tableFault(table, line, rules[String(result.error.issues[0]?.path[0])] ?? 'not a row');
}
