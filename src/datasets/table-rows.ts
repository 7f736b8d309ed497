import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { Cell } from './columns.js';
import { quoted } from './names.js';
import { tableFault } from './table-fault.js';

/** A row of a table of labels, unchecked. A label of null says that the file has no class. */
export interface TableRow {
  readonly line: number;
  readonly value: { readonly file?: unknown; readonly label?: unknown; readonly split?: unknown };
  /** Its further columns, made anew each time: the rows of a wide table have millions. */
  readonly cells: Iterable<Cell>;
}

/** Delimiters of CSV, the standard's first. */
const DELIMITERS = [',', ';', '\t', '|'];
/** The first line with which Excel states the delimiter. */
const SEP_LINE = /^"?sep=(.)"?(?:\r\n|\n|\r)/i;
const LINE_BREAKS = ['\r\n', '\n', '\r'];

const FILE_COLUMNS = ['file', 'file_name', 'filename'];
/** Keys of JSON that are not further columns. */
const JSON_KEYS = ['file', 'file_name', 'label', 'split'];

const records = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }));
type CsvRecord = z.output<typeof records>[number];

/** Rows of `labels.csv`: columns `file` (or `file_name`), `label`, optionally `split`, and further ones. @throws DATASET_REFUSED. */
export function csvRows(text: string, table: string): TableRow[] {
  const { header, body } = readCsv(text, table, (names) => names.includes('label') && hasFile(names));
  const names = header.record.map((name) => name.trim().toLowerCase());
  const at = (name: string) => {
    if (names.indexOf(name) === names.lastIndexOf(name)) return names.indexOf(name);
    throw tableFault(table, header.info.lines, `has the column ${quoted(name)} twice`);
  };
  const [file, label, split] = [fileColumn(names, table, header), at('label'), at('split')];
  const others = [...header.record.entries()].filter(([i]) => i !== file && i !== label && i !== split);
  return body.map(({ record, info }) => ({
    line: info.lines,
    value: { file: record[file], label: record[label], split: record[split] },
    get cells() {
      return others.map(([i, name]) => [name, record[i]] as const);
    },
  }));
}

/** Rows of Roboflow's `_classes.csv`: a column `filename` and one for each class, with a 1 for that of the file. */
export function oneHotRows(text: string, table: string): TableRow[] {
  const { header, body } = readCsv(text, table, hasFile);
  const names = header.record.map((name) => name.trim());
  const file = fileColumn(
    names.map((name) => name.toLowerCase()),
    table,
    header,
  );
  return body.map(({ record, info }) => {
    const classes = names.filter((_, i) => i !== file && bit(record[i]!, table, info.lines));
    if (classes.length > 1) {
      const listed = classes.map(quoted).join(' and ');
      throw tableFault(table, info.lines, `has the classes ${listed}; an image has one class. Remove the others`);
    }
    return { line: info.lines, value: { file: record[file], label: classes[0] ?? null }, cells: [] };
  });
}

/** Rows of Tiny ImageNet's `val_annotations.txt`: file in `images`, class, and a box, separated by tabs. */
export function annotationRows(text: string, table: string): TableRow[] {
  return parseCsv(text, table, { delimiter: '\t', quote: false }).map(({ record, info }) => ({
    line: info.lines,
    value: { file: `images/${record[0]}`, label: record[1] },
    cells: [],
  }));
}

/** Rows of `labels.jsonl`: an object on each line, with the columns of `labels.csv` as its keys. */
export function jsonRows(text: string, table: string): TableRow[] {
  return text.split(/\r\n|\n|\r/).flatMap((content, i) => {
    if (content.trim() === '') return [];
    const line = i + 1;
    let value: Record<string, unknown>;
    try {
      value = JSON.parse(content) as Record<string, unknown>;
    } catch {
      throw tableFault(table, line, 'not valid JSON. Write one whole object on each line');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw tableFault(table, line, 'not a JSON object. Write one object with "file" and "label" on each line');
    }
    checkKeys(content, table, line);
    const cells = Object.entries(value).filter(([key]) => !JSON_KEYS.includes(key));
    return [{ line, value: { ...value, file: value.file ?? value.file_name }, cells }];
  });
}

/** Strings of JSON, each with the colon that makes it a key, and what opens or closes a level. */
const JSON_TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g;

/** @param object valid JSON, of which `JSON.parse` keeps the last value of a key. @throws DATASET_REFUSED. */
function checkKeys(object: string, table: string, line: number): void {
  const keys = new Set<string>();
  let depth = 0;
  for (const [token, text, colon] of object.matchAll(JSON_TOKENS)) {
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    if (depth !== 1 || !colon) continue;
    const key = JSON.parse(text!) as string;
    if (keys.has(key)) throw tableFault(table, line, `has the key ${quoted(key)} twice. Keep one`);
    keys.add(key);
  }
  if (keys.has('file') && keys.has('file_name')) {
    throw tableFault(table, line, 'has the keys "file" and "file_name". Keep one');
  }
}

/** The header and the other records, separated by the delimiter that gives the right columns. */
function readCsv(
  text: string,
  table: string,
  isHeader: (names: readonly string[]) => boolean,
): { header: CsvRecord; body: CsvRecord[] } {
  const stated = SEP_LINE.exec(text);
  const options = { from_line: stated ? 2 : 1 };
  const delimiters = stated ? [stated[1]!] : DELIMITERS;
  const delimiter = delimiters.find((delimiter) => {
    const header = headerOf(text, { ...options, delimiter });
    return isHeader(header.map((name) => name.trim().toLowerCase()));
  });
  if (delimiter === undefined) {
    const first = headerOf(text, { ...options, delimiter: delimiters[0]! }).map((name) => quoted(name.trim()));
    const received = first.length > 0 ? `it has ${first.slice(0, 8).join(', ')}` : 'it is empty';
    throw tableFault(
      table,
      options.from_line,
      `the header must name the columns "file" (or "file_name") and "label", separated by a comma, semicolon or tab; ${received}`,
    );
  }
  const [header, ...body] = parseCsv(text, table, { ...options, delimiter });
  return { header: header!, body };
}

interface CsvFormat {
  readonly delimiter: string;
  readonly quote?: false;
  readonly from_line?: number;
}

/** The first record; empty when there is none. */
function headerOf(text: string, format: CsvFormat): readonly string[] {
  try {
    return records.parse(parse(text, { ...csvOptions(format), to: 1 }))[0]?.record ?? [];
  } catch (error) {
    if (error instanceof CsvError) return [];
    throw error;
  }
}

function parseCsv(text: string, table: string, format: CsvFormat): CsvRecord[] {
  try {
    return records.parse(parse(text, csvOptions(format)));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = z.number().catch(1).parse(error.lines);
    throw tableFault(table, line, `not valid CSV: ${error.message}`);
  }
}

function csvOptions(format: CsvFormat) {
  return { ...format, info: true, record_delimiter: LINE_BREAKS, skip_empty_lines: true } as const;
}

function hasFile(names: readonly string[]): boolean {
  return names.some((name) => FILE_COLUMNS.includes(name));
}

/** The column with the names of files. @throws DATASET_REFUSED unless there is exactly one. */
function fileColumn(names: readonly string[], table: string, header: CsvRecord): number {
  const found = names.flatMap((name, i) => (FILE_COLUMNS.includes(name) ? [i] : []));
  if (found.length === 1) return found[0]!;
  const listed = found.map((i) => quoted(names[i]!)).join(' and ');
  throw tableFault(table, header.info.lines, `has several columns of files, ${listed}. Keep one`);
}

/** @throws DATASET_REFUSED unless it is 0 or 1. */
function bit(value: string, table: string, line: number): boolean {
  const text = value.trim();
  if (text === '0' || text === '1') return text === '1';
  throw tableFault(table, line, `a class has 0 or 1; received ${quoted(text)}`);
}
