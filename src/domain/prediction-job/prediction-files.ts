import { stringify } from 'csv-stringify/sync';
import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { PredictionRow } from '../../training/prediction-rows.js';

type Rows = AsyncIterable<readonly PredictionRow[]>;

interface Column {
  readonly name: string;
  readonly type: 'STRING' | 'DOUBLE';
  readonly of: (row: PredictionRow) => string | number | null;
}

/** Columns of a table of answers. @param classes number of classes that are listed for each photo. */
function columnsOf(classes: number): readonly Column[] {
  const ranked = Array.from({ length: classes }, (_, i): Column[] => {
    const rank = i === 0 ? '' : `_${i + 1}`;
    return [
      { name: `label${rank}`, type: 'STRING', of: ({ top }) => top[i]?.label ?? null },
      { name: `probability${rank}`, type: 'DOUBLE', of: ({ top }) => top[i]?.probability ?? null },
    ];
  });
  return [
    { name: 'photo', type: 'STRING', of: ({ photo }) => photo },
    { name: 'split', type: 'STRING', of: ({ split }) => split },
    { name: 'truth', type: 'STRING', of: ({ truth }) => truth },
    ...ranked.flat(),
    { name: 'outlier_score', type: 'DOUBLE', of: ({ outlierScore }) => outlierScore },
    { name: 'error', type: 'STRING', of: ({ error }) => error },
  ];
}

/** CSV as in RFC 4180, with a head. A text that begins as a formula does has an apostrophe before it. */
export async function* csvOf(rows: Rows, classes: number): AsyncGenerator<string> {
  const columns = columnsOf(classes);
  yield stringify([columns.map(({ name }) => name)]);
  for await (const part of rows) {
    const records = part.map((row) => columns.map(({ of }) => of(row)));
    yield stringify(records, { escape_formulas: true });
  }
}

/** One JSON object a line. */
export async function* jsonLinesOf(rows: Rows): AsyncGenerator<string> {
  for await (const part of rows) yield part.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** Writes Parquet with the columns of the CSV, a row group for each part. */
export async function writeParquet(file: string, rows: Rows, classes: number): Promise<void> {
  const columns = columnsOf(classes);
  const dataOf = (part: readonly PredictionRow[]) =>
    columns.map(({ name, type, of }) => ({ name, type, data: part.map(of), nullable: true }));
  const schema = schemaFromColumnData({ columnData: dataOf([]) });
  const writer = new ParquetWriter({ writer: fileWriter(file), schema, createdBy: 'model-hub' });
  for await (const part of rows) await writer.write({ columnData: dataOf(part) });
  await writer.finish();
}
