import type { DatasetBounds } from './bounds.js';
import type { Descriptions, ImageRecord, Manifest } from './manifest.js';
import { byCodeUnit } from './names.js';

/** A cell of a table of labels that is not file, label or split. */
export type Cell = readonly [column: string, value: unknown];

/** Collects the further columns of tables of labels, and leaves out those whose values describe no groups of images. */
export class ColumnCollector {
  /** Values by file, of each column in order. */
  readonly #values = new Map<string, Map<string, string>>();
  /** Why a column is left out. */
  readonly #faults = new Map<string, string>();

  constructor(private readonly bounds: DatasetBounds) {}

  /** Adds the cells of a row. Of two rows with the same file the first counts. */
  add(file: string, cells: readonly Cell[]): void {
    const seen = new Set<string>();
    for (const [header, value] of cells) {
      const column = header.normalize('NFC').trim();
      if (column === '' || this.#faults.has(column)) continue;
      const fault = seen.has(column) ? 'is there twice' : this.#faultOf(column, value);
      seen.add(column);
      if (fault !== null) this.#faults.set(column, fault);
      else this.#put(column, file, textOf(value));
    }
  }

  /** Names of the columns that are kept, in order. */
  get names(): readonly string[] {
    return this.#kept.slice(0, this.bounds.maxColumns);
  }

  /** Values of a file in these columns; null for none. */
  valuesOf(file: string, columns: readonly string[]): (string | null)[] {
    return columns.map((column) => this.#values.get(column)?.get(file) ?? null);
  }

  /** The columns that are not kept, with the reason. */
  get leftOut(): readonly { readonly column: string; readonly reason: string }[] {
    const over = this.#kept.slice(this.bounds.maxColumns);
    const reason = `is beyond the limit maxColumns of ${this.bounds.maxColumns}: remove columns that you do not need`;
    return [
      ...[...this.#faults].map(([column, fault]) => ({ column, reason: fault })),
      ...over.map((column) => ({ column, reason })),
    ];
  }

  get #kept(): readonly string[] {
    return [...this.#values].filter(([column, values]) => values.size > 0 && !this.#faults.has(column)).map(([c]) => c);
  }

  #put(column: string, file: string, text: string): void {
    const values = this.#values.get(column) ?? new Map<string, string>();
    this.#values.set(column, values);
    if (text !== '' && !values.has(file)) values.set(file, text);
  }

  #faultOf(column: string, value: unknown): string | null {
    const { maxValueLength } = this.bounds;
    if (/\p{Cc}/u.test(column)) return 'has control characters in its name';
    if (column.length > maxValueLength) return `has a name longer than the limit maxValueLength of ${maxValueLength}`;
    if (typeof value === 'object' && value !== null) return 'has values that are not text, numbers, true or false';
    const text = textOf(value);
    if (/[\p{Cc}\uFFFD]/u.test(text)) return 'has values with control characters or "\uFFFD"';
    return text.length > maxValueLength ? `has values longer than the limit maxValueLength of ${maxValueLength}` : null;
  }
}

const textOf = (value: unknown): string =>
  String(value ?? '')
    .normalize('NFC')
    .trim();

/** What is known of an image besides its class and split, whatever version it is in. */
export interface Description {
  /** By column, without empty ones. */
  readonly values: ReadonlyMap<string, string>;
  /** Where it comes from; null if it came with the version's own source. */
  readonly source: string | null;
}

/** The description of an image of a manifest. */
export function descriptionOf({ columns = [], sources = [] }: Descriptions, image: ImageRecord): Description {
  const values = columns.flatMap((column, i) => {
    const value = image.values?.[i];
    return value == null ? [] : [[column, value] as const];
  });
  return { values: new Map(values), source: image.source === undefined ? null : (sources[image.source] ?? null) };
}

/** Two descriptions of one image as one: where both say something, the first counts. */
export function joined(a: Description, b: Description): Description {
  return { values: new Map([...b.values, ...a.values]), source: a.source ?? b.source };
}

/**
 * Images with their descriptions as records of one manifest.
 * @param columns the order of the columns; those without a value are left out.
 */
export function described(
  images: readonly (Omit<ImageRecord, 'values' | 'source'> & { readonly description: Description })[],
  columns: readonly string[],
): Required<Pick<Manifest, 'images' | 'columns' | 'sources'>> {
  const used = columns.filter((column) => images.some(({ description }) => description.values.has(column)));
  const sources = [...new Set(images.flatMap(({ description }) => description.source ?? []))];
  const places = new Map(sources.map((source, i) => [source, i]));
  const records = images.map(({ description: { values, source }, ...image }) => ({
    ...image,
    ...(used.length > 0 ? { values: used.map((column) => values.get(column) ?? null) } : {}),
    ...(source === null ? {} : { source: places.get(source) as number }),
  }));
  return { images: records, columns: used, sources };
}

/** Values of a column that a summary has. */
const SUMMED_VALUES = 10;

/** A further column of the tables of labels that a version comes from. */
export interface ColumnSummary {
  readonly name: string;
  /** Number of images with a value. */
  readonly images: number;
  /** Number of different values. */
  readonly valueCount: number;
  /** The ten most frequent values, the most frequent first. */
  readonly values: readonly ValueCount[];
}

/** A value of a column, and the number of images that have it. */
export interface ValueCount {
  readonly value: string;
  readonly images: number;
}

/** Summaries of the columns of a manifest, in order. */
export function columnSummaries({ columns = [], images }: Manifest): ColumnSummary[] {
  return columns.map((name, i) => {
    const counts = new Map<string, number>();
    for (const { values } of images) {
      const value = values?.[i];
      if (value != null) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const all = [...counts].map(([value, count]) => ({ value, images: count }));
    const total = all.reduce((sum, { images: count }) => sum + count, 0);
    const values = all.toSorted((a, b) => b.images - a.images || byCodeUnit(a.value, b.value));
    return { name, images: total, valueCount: counts.size, values: values.slice(0, SUMMED_VALUES) };
  });
}
