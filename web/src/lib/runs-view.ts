import type { Enum } from '../graphql';
import { RUN_KINDS, RUN_STATES, type RunKind, type RunState } from './runs';

/** Metrics of all epochs, deprecated. Addresses that name them mean the figures of the kept epoch. */
const EARLIER_NAMES = {
  BEST_VALIDATION_ACCURACY: 'VALIDATION_ACCURACY',
  BEST_VALIDATION_LOSS: 'VALIDATION_LOSS',
} as const;

export type Metric = Exclude<Enum<'RunMetric'>, keyof typeof EARLIER_NAMES>;
export type SortKey = Exclude<Enum<'RunSortKey'>, keyof typeof EARLIER_NAMES>;
export type Direction = Enum<'SortDirection'>;
export type Grouping = Enum<'RunGrouping'>;

export const GROUPING_NAMES: Readonly<Record<Grouping, string>> = {
  PIPELINE: 'Pipeline',
  SWEEP: 'Sweep',
  DATASET: 'Dataset',
};
export const GROUPINGS = Object.keys(GROUPING_NAMES) as readonly Grouping[];

export const METRIC_NAMES: Readonly<Record<Metric, string>> = {
  VALIDATION_ACCURACY: 'Validation accuracy',
  TEST_ACCURACY: 'Test accuracy',
  VALIDATION_LOSS: 'Validation loss',
  TEST_LOSS: 'Test loss',
  EPOCH_SECONDS: 'Seconds of all epochs',
};
export const METRICS = Object.keys(METRIC_NAMES) as readonly Metric[];
const SORT_KEYS = Object.keys({ CREATED_AT: '', ...METRIC_NAMES } satisfies Record<
  SortKey,
  string
>) as readonly SortKey[];

/** The view of the run list that its URL holds. Parsing ignores unknown values. */
export interface RunsView {
  /** Words to search for. */
  readonly text: string;
  readonly states: readonly RunState[];
  readonly kind: RunKind | null;
  readonly dataset: string | null;
  /** Set only together with `dataset`. */
  readonly datasetVersion: number | null;
  readonly backbone: string | null;
  /** Name of the token that started the run. */
  readonly owner: string;
  readonly tag: string;
  readonly metric: Metric | null;
  /** Lower bound of `metric`. */
  readonly atLeast: number | null;
  readonly atMost: number | null;
  readonly sort: SortKey;
  readonly direction: Direction;
  /** What the runs are grouped by; null for a plain list. */
  readonly group: Grouping | null;
  /** Names of the columns; null for the usual ones. */
  readonly columns: readonly string[] | null;
  /** Selected runs, in order. */
  readonly ids: readonly string[];
}

/** The list as it first opens. */
export const WHOLE_LIST: RunsView = {
  text: '',
  states: [],
  kind: null,
  dataset: null,
  datasetVersion: null,
  backbone: null,
  owner: '',
  tag: '',
  metric: null,
  atLeast: null,
  atMost: null,
  sort: 'CREATED_AT',
  direction: 'DESCENDING',
  group: null,
  columns: null,
  ids: [],
};

export function readRunsView(params: URLSearchParams): RunsView {
  const dataset = params.get('dataset');
  const metric = oneOf(METRICS, presentName(params.get('metric')));
  const version = numberOf(params.get('version'));
  return {
    text: params.get('q') ?? '',
    states: list(params.get('state')).flatMap((state) => oneOf(RUN_STATES, state) ?? []),
    kind: oneOf(RUN_KINDS, params.get('kind')),
    dataset,
    datasetVersion: dataset !== null && version !== null && Number.isInteger(version) ? version : null,
    backbone: params.get('backbone'),
    owner: params.get('owner') ?? '',
    tag: params.get('tag') ?? '',
    metric,
    atLeast: metric && numberOf(params.get('min')),
    atMost: metric && numberOf(params.get('max')),
    sort: oneOf(SORT_KEYS, presentName(params.get('sort'))) ?? 'CREATED_AT',
    direction: params.get('order') === 'asc' ? 'ASCENDING' : 'DESCENDING',
    group: oneOf(GROUPINGS, params.get('group')?.toUpperCase() ?? null),
    columns: params.has('columns') ? list(params.get('columns')) : null,
    ids: list(params.get('ids')),
  };
}

/** Leaves out everything that is as in the whole list. */
export function writeRunsView(view: RunsView): URLSearchParams {
  const params: Readonly<Record<string, string | number | null>> = {
    q: view.text,
    state: view.states.join(),
    kind: view.kind,
    dataset: view.dataset,
    version: view.dataset && view.datasetVersion,
    backbone: view.backbone,
    owner: view.owner,
    tag: view.tag,
    metric: view.metric,
    min: view.metric && view.atLeast,
    max: view.metric && view.atMost,
    sort: view.sort === 'CREATED_AT' ? null : view.sort,
    order: view.direction === 'ASCENDING' ? 'asc' : null,
    group: view.group?.toLowerCase() ?? null,
    columns: view.columns?.join() ?? null,
    ids: view.ids.join(),
  };
  const given = Object.entries(params).filter(([, value]) => value !== null && value !== '');
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}

/** The view as a filter of the API. */
export function filterOf(view: RunsView) {
  const { states, kind, dataset, datasetVersion, backbone, metric, atLeast, atMost } = view;
  const owner = view.owner.trim();
  const tag = view.tag.trim();
  const text = view.text.trim();
  return {
    ...(states.length > 0 && { states: [...states] }),
    ...(kind && { kind }),
    ...(dataset !== null && { dataset }),
    ...(datasetVersion !== null && { datasetVersion }),
    ...(backbone !== null && { backbone }),
    ...(owner && { owner }),
    ...(tag && { tag }),
    ...(text && { text }),
    ...(metric && { metrics: [{ metric, atLeast, atMost }] }),
  };
}

/** The list without a filter; order, groups, columns and selection stay. */
export const unfiltered = ({ sort, direction, group, columns, ids }: RunsView): RunsView => ({
  ...WHOLE_LIST,
  ...{ sort, direction, group, columns, ids },
});

const presentName = (name: string | null): string | null => ({ ...EARLIER_NAMES })[name ?? ''] ?? name;
const list = (text: string | null): string[] => [...new Set((text ?? '').split(',').filter(Boolean))];
const oneOf = <T extends string>(known: readonly T[], text: string | null): T | null =>
  known.find((value) => value === text) ?? null;
const numberOf = (text: string | null): number | null => {
  const value = text?.trim() ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : null;
};
