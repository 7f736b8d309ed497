import type { DatasetBounds } from './bounds.js';
import type { Descriptions, ImageRecord, Manifest } from './manifest.js';
import { asStored, byCodeUnit, quoted } from './names.js';

/** A cell of a table of labels that is not file, label or split. */
export type Cell = readonly [column: string, value: unknown];

/** Columns of tables whose names are remembered: a line of JSON can have others than the line before. */
const NOTED = 1000;
/** Columns that are left out and named, for each reason. */
const NAMED = 10;

/** Columns that are not kept, with the reason. */
export interface LeftOut {
  /** `column "bell"`, or `968 more columns`. */
  readonly what: string;
  readonly reason: string;
}

/**
 * Collects the further columns of tables of labels, and leaves out those whose values describe no groups of images. It
 * sees all rows twice: `note` finds the columns to keep, `put` then remembers values of no others.
 */
export class ColumnCollector {
  /** Columns in order. */
  readonly #columns = new Map<string, { fault: string | null; hasValue: boolean }>();
  #hasMore = false;
  /** By file, in the order of the kept columns. */
  readonly #values = new Map<string, (string | null)[]>();
  #kept: { readonly names: readonly string[]; readonly places: ReadonlyMap<string, number> } | null = null;

  constructor(private readonly bounds: DatasetBounds) {}

  /** Notes the columns of a row. */
  note(cells: Iterable<Cell>): void {
    const seen = new Set<string>();
    for (const [header, value] of cells) {
      const column = asStored(header);
      const known = this.#columns.get(column);
      if (column === '' || (known && known.fault !== null)) continue;
      if (!known && this.#columns.size >= NOTED) {
        this.#hasMore = true;
        continue;
      }
      const fault = seen.has(column) ? 'is there twice' : this.#faultOf(column, value);
      seen.add(column);
      const hasValue = known?.hasValue || (fault === null && textOf(value) !== '');
      this.#columns.set(column, { fault, hasValue });
    }
  }

  /** Remembers the values of a row in the columns that are kept. Of two rows with the same file the first counts. */
  put(file: string, cells: Iterable<Cell>): void {
    const { names, places } = this.#keep();
    if (names.length === 0) return;
    const values = this.#values.get(file) ?? names.map(() => null);
    this.#values.set(file, values);
    for (const [header, value] of cells) {
      const place = places.get(asStored(header));
      if (place !== undefined) values[place] ??= textOf(value) || null;
    }
  }

  /** Names of the columns that are kept, in order. */
  get names(): readonly string[] {
    return this.#keep().names;
  }

  /** Values of a file in these columns; null for none. */
  valuesOf(file: string): readonly (string | null)[] {
    return this.#values.get(file) ?? this.names.map(() => null);
  }

  /** The columns that are not kept, the first ones by name. */
  get leftOut(): readonly LeftOut[] {
    const { maxColumns } = this.bounds;
    const faulty = [...this.#columns].flatMap(([column, { fault }]) =>
      fault === null ? [] : [[column, fault] as const],
    );
    const over = this.#usable().slice(maxColumns);
    const beyond = `beyond the limit maxColumns of ${maxColumns}: remove columns that you do not need`;
    const more = Math.max(over.length - NAMED, 0);
    return [
      ...faulty.slice(0, NAMED).map(([column, fault]) => leftOut(column, fault)),
      ...(faulty.length > NAMED ? [othersLeftOut(faulty.length - NAMED, 'have faults')] : []),
      ...over.slice(0, NAMED).map((column) => leftOut(column, `is ${beyond}`)),
      ...(more > 0 || this.#hasMore ? [othersLeftOut(this.#hasMore ? null : more, `are ${beyond}`)] : []),
    ];
  }

  #usable(): string[] {
    return [...this.#columns].flatMap(([column, { fault, hasValue }]) => (hasValue && fault === null ? [column] : []));
  }

  #keep() {
    if (this.#kept) return this.#kept;
    const names = this.#usable().slice(0, this.bounds.maxColumns);
    this.#kept = { names, places: new Map(names.map((name, i) => [name, i])) };
    return this.#kept;
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

const leftOut = (column: string, reason: string): LeftOut => ({
  what: `column ${quoted(column)}`,
  reason: `${reason}, so that it is not kept`,
});

/** @param count null where it is not known. */
const othersLeftOut = (count: number | null, reason: string): LeftOut => ({
  what: count === null ? 'more columns' : `${count} more columns`,
  reason: `${reason}, so that they are not kept`,
});

const textOf = (value: unknown): string => asStored(String(value ?? ''));

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
