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
  /** Part of an ID or a tag. */
  readonly text: string;
  readonly states: readonly RunState[];
  readonly kind: RunKind | null;
  readonly dataset: string | null;
  /** Set only together with `dataset`. */
  readonly datasetVersion: number | null;
  readonly tag: string;
  readonly metric: Metric | null;
  /** Lower bound of `metric`. */
  readonly atLeast: number | null;
  readonly atMost: number | null;
  readonly sort: SortKey;
  readonly direction: Direction;
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
  tag: '',
  metric: null,
  atLeast: null,
  atMost: null,
  sort: 'CREATED_AT',
  direction: 'DESCENDING',
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
    tag: params.get('tag') ?? '',
    metric,
    atLeast: metric && numberOf(params.get('min')),
    atMost: metric && numberOf(params.get('max')),
    sort: oneOf(SORT_KEYS, presentName(params.get('sort'))) ?? 'CREATED_AT',
    direction: params.get('order') === 'asc' ? 'ASCENDING' : 'DESCENDING',
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
    tag: view.tag,
    metric: view.metric,
    min: view.metric && view.atLeast,
    max: view.metric && view.atMost,
    sort: view.sort === 'CREATED_AT' ? null : view.sort,
    order: view.direction === 'ASCENDING' ? 'asc' : null,
    ids: view.ids.join(),
  };
  const given = Object.entries(params).filter(([, value]) => value !== null && value !== '');
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}

/** The view as a filter of the API. */
export function filterOf(view: RunsView) {
  const { states, kind, dataset, datasetVersion, metric, atLeast, atMost } = view;
  const tag = view.tag.trim();
  const text = view.text.trim();
  return {
    ...(states.length > 0 && { states: [...states] }),
    ...(kind && { kind }),
    ...(dataset !== null && { dataset }),
    ...(datasetVersion !== null && { datasetVersion }),
    ...(tag && { tag }),
    ...(text && { text }),
    ...(metric && { metrics: [{ metric, atLeast, atMost }] }),
  };
}

/** The list without a filter; order and selection stay. */
export const unfiltered = ({ sort, direction, ids }: RunsView): RunsView => ({ ...WHOLE_LIST, sort, direction, ids });

const presentName = (name: string | null): string | null => ({ ...EARLIER_NAMES })[name ?? ''] ?? name;
const list = (text: string | null): string[] => [...new Set((text ?? '').split(',').filter(Boolean))];
const oneOf = <T extends string>(known: readonly T[], text: string | null): T | null =>
  known.find((value) => value === text) ?? null;
const numberOf = (text: string | null): number | null => {
  const value = text?.trim() ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : null;
};
