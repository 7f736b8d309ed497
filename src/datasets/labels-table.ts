import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { HubError } from '../errors.js';
import type { DatasetBounds } from './bounds.js';
import { type Place, type Placement, SPLIT_NAMES, splitOf, splitPath } from './layout.js';
import { byCodeUnit, quoted } from './names.js';

/** A table in a source with the labels of its images. */
export interface LabelsTable {
  /** Parts of its path. Its file names are relative to its folder. */
  readonly path: readonly string[];
  readonly text: string;
}

/** `labels` is this hub's name, `metadata` that of Hugging Face's image folders. */
const TABLE_NAME = /^(?:labels|metadata)\.(?:csv|jsonl)$/i;
const LABEL_LENGTH = 100;

const row = z.object({
  file: z.string().min(1),
  label: z
    .union([z.string(), z.int()])
    .transform((label) => String(label).trim())
    .pipe(
      z
        .string()
        .min(1)
        .max(LABEL_LENGTH)
        .regex(/^\P{Cc}*$/u),
    ),
  split: z
    .string()
    .trim()
    .refine((name) => name === '' || splitOf(name) !== undefined)
    .nullish(),
});
type Row = z.output<typeof row>;

const csvRecords = z.array(z.object({ record: z.unknown(), info: z.object({ lines: z.number() }) }));

/** Whether a file may be a table: at the top of the source or in its one wrapping folder. */
export function isTable(path: readonly string[]): boolean {
  return path.length <= 2 && TABLE_NAME.test(path.at(-1) ?? '');
}

/** Assigns classes and splits by a table with `file` (or `file_name`), `label` and optionally `split`. */
export class TablePlacement implements Placement {
  readonly classes: readonly string[];
  readonly #name: string;
  readonly #places = new Map<string, Place>();
  readonly #missing: Set<string>;

  /** @throws DATASET_REFUSED, naming the line, for an invalid row. */
  constructor({ path, text }: LabelsTable, bounds: DatasetBounds) {
    this.#name = path.at(-1)!;
    const folder = path.slice(0, -1);
    for (const { line, value } of this.#name.toLowerCase().endsWith('.csv') ? csvRows(text) : jsonRows(text)) {
      const { file, label, split } = checkRow(value, this.#name, line);
      const parts = splitPath(file, bounds);
      const key = [...folder, ...(parts ?? [file])].join('/');
      const known = this.#places.get(key);
      const place = { className: label, split: split ? splitOf(split)! : null };
      if (known && (known.className !== place.className || known.split !== place.split)) {
        throw refused(this.#name, line, `${quoted(file)} is listed twice, with different labels or splits`);
      }
      this.#places.set(key, place);
    }
    this.classes = [...new Set([...this.#places.values()].map(({ className }) => className))].sort(byCodeUnit);
    this.#missing = new Set(this.#places.keys());
  }

  place(path: readonly string[]): Place | { readonly reason: string } {
    const key = path.join('/');
    this.#missing.delete(key);
    return this.#places.get(key) ?? { reason: `not listed in ${this.#name}` };
  }

  get absent(): readonly { readonly name: string; readonly reason: string }[] {
    return [...this.#missing].map((name) => ({
      name,
      reason: `listed in ${this.#name}, but not an image of the source`,
    }));
  }
}

function csvRows(text: string): { line: number; value: unknown }[] {
  try {
    const records: unknown = parse(text, {
      bom: true,
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
      info: true,
      skip_empty_lines: true,
    });
    return csvRecords.parse(records).map(({ record, info }) => ({ line: info.lines, value: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new HubError('DATASET_REFUSED', `The table of labels is not valid CSV: ${error.message}.`);
  }
}

function jsonRows(text: string): { line: number; value: unknown }[] {
  return text.split('\n').flatMap((content, i) => {
    if (content.trim() === '') return [];
    try {
      return [{ line: i + 1, value: JSON.parse(content) as unknown }];
    } catch {
      throw refused('labels.jsonl', i + 1, 'not valid JSON');
    }
  });
}

function checkRow(value: unknown, table: string, line: number): Row {
  const named = value as { file?: unknown; file_name?: unknown } | null;
  const result = row.safeParse(
    named && typeof named === 'object' ? { ...named, file: named.file ?? named.file_name } : {},
  );
  if (result.success) return result.data;
  const rules: Readonly<Record<string, string>> = {
    file: '"file" or "file_name" is missing',
    label: `"label" must have 1 to ${LABEL_LENGTH} characters`,
    split: `"split" must be one of ${SPLIT_NAMES.join(', ')}`,
  };
  throw refused(table, line, rules[String(result.error.issues[0]?.path[0])] ?? 'not a row');
}

function refused(table: string, line: number, what: string): HubError {
  return new HubError('DATASET_REFUSED', `${table}, line ${line}: ${what}.`, { line });
}
