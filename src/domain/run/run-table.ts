import { stringify } from 'csv-stringify/sync';
import type { EpochMetrics } from '../../training/epoch-metrics.js';
import { HYPERPARAMETERS } from '../../training/hyperparameters.js';
import { nextAfter } from '../page.js';
import type { Run } from './run.js';
import type { RunFilter, RunList, RunSort } from './run-list.js';

/** Forms of a table. */
export const TableFormat = { CSV: 'CSV', JSON: 'JSON' } as const;
export type TableFormat = keyof typeof TableFormat;

/** A part of a table. Parts that follow each other can be joined. */
export interface TablePart {
  /** CSV as in RFC 4180, with a head in the first part; of JSON one object a line. */
  readonly text: string;
  /** Cursor of the next part; null in the last. */
  readonly next: string | null;
}

/** Runs that are read at a time, so that other requests have their turn in between. */
const CHUNK = 100;

type Value = string | number | boolean | null;
type Columns<T> = Readonly<Record<string, (of: T) => Value>>;

const time = (at: Date | null): string | null => at?.toISOString() ?? null;

const RUN_COLUMNS: Columns<Run> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  note: ({ note }) => note,
  state: ({ state }) => state,
  kind: ({ kind }) => kind,
  dataset: ({ datasetVersion }) => datasetVersion.dataset,
  datasetVersion: ({ datasetVersion }) => datasetVersion.number,
  backbone: ({ backboneName }) => backboneName,
  owner: ({ owner }) => owner?.name ?? null,
  tags: ({ tags }) => tags.join(' '),
  createdAt: ({ createdAt }) => time(createdAt),
  startedAt: ({ startedAt }) => time(startedAt),
  endedAt: ({ endedAt }) => time(endedAt),
  testAccuracy: ({ testAccuracy }) => testAccuracy,
  testLoss: ({ testLoss }) => testLoss,
  validationAccuracy: ({ validationAccuracy }) => validationAccuracy,
  validationLoss: ({ validationLoss }) => validationLoss,
  keptEpoch: ({ keptEpoch }) => keptEpoch,
  epochSeconds: ({ epochSeconds }) => epochSeconds,
  featureSeconds: ({ seconds }) => seconds?.features ?? null,
  trainingSeconds: ({ seconds }) => seconds?.training ?? null,
  evaluationSeconds: ({ seconds }) => seconds?.evaluation ?? null,
  peakMemoryBytes: ({ peakMemoryBytes }) => peakMemoryBytes,
  parentRun: ({ parentRunId }) => parentRunId,
  pipeline: ({ stage }) => stage?.pipeline ?? null,
  pipelineId: ({ stage }) => stage?.pipelineId ?? null,
  stage: ({ stage }) => stage?.number ?? null,
  sweep: ({ sweepId }) => sweepId,
  error: ({ error }) => error?.code ?? null,
  ...Object.fromEntries(
    HYPERPARAMETERS.map(({ name }) => [name, ({ recipe }: Run): Value => plainValue(recipe[name])]),
  ),
};

const EPOCH_COLUMNS: Columns<EpochMetrics> = {
  epoch: ({ epoch }) => epoch,
  trainLoss: ({ trainLoss }) => trainLoss,
  trainAccuracy: ({ trainAccuracy }) => trainAccuracy,
  validationLoss: ({ validationLoss }) => validationLoss,
  validationAccuracy: ({ validationAccuracy }) => validationAccuracy,
  seconds: ({ seconds }) => seconds,
};

/** A part of the table of the runs of a list, with their metrics and hyperparameters. @throws BAD_INPUT as `RunList.page`. */
export async function runTable(
  list: Pick<RunList, 'page'>,
  format: TableFormat,
  { first, after, filter, sort }: { first: number; after: string | null; filter: RunFilter; sort: RunSort },
): Promise<TablePart> {
  const texts: string[] = [];
  let next = after;
  for (let left = first; left > 0; left -= CHUNK) {
    const page = await list.page({ first: Math.min(CHUNK, left), after: next }, filter, sort);
    const runs = page.items.map(({ item }) => item);
    texts.push(tableText(format, RUN_COLUMNS, runs, next === null));
    next = nextAfter(page);
    if (next === null) break;
  }
  return { text: texts.join(''), next };
}

/** The epochs of a run as a table. */
export const epochTable = (format: TableFormat, epochs: readonly EpochMetrics[]): string =>
  tableText(format, EPOCH_COLUMNS, epochs, true);

function tableText<T>(format: TableFormat, columns: Columns<T>, rows: readonly T[], header: boolean): string {
  const names = Object.keys(columns);
  const records = rows.map((row) => Object.fromEntries(names.map((name) => [name, columns[name]?.(row) ?? null])));
  if (format === 'JSON') return records.map((record) => `${JSON.stringify(record)}\n`).join('');
  const options = { header, columns: names, record_delimiter: 'windows', cast: { boolean: String } } as const;
  // A spreadsheet would compute a text that begins as a formula does.
  return stringify(records, { ...options, escape_formulas: true });
}

/** A hyperparameter in one cell: class weights may be an object. */
function plainValue(value: unknown): Value {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as Value);
}
