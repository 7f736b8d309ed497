/** What the address of the list holds. The parser takes what it knows and leaves out the rest. */
export interface RunsView {
  /** Part of an id or a tag. */
  readonly text: string;
  readonly states: readonly State[];
  readonly kind: Kind | null;
  readonly dataset: string | null;
  /** Only together with the dataset. */
  readonly datasetVersion: number | null;
  readonly tag: string;
  readonly metric: Metric | null;
  /** Of that metric. */
  readonly atLeast: number | null;
  readonly atMost: number | null;
  readonly sort: SortKey;
  readonly direction: Direction;
  /** Runs that are selected, in order. */
  readonly ids: readonly string[];
}

export const STATES = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const;
export const KINDS = ['TRANSFER', 'FINE_TUNE'] as const;
export const METRICS = [
  'BEST_VALIDATION_ACCURACY',
  'TEST_ACCURACY',
  'BEST_VALIDATION_LOSS',
  'TEST_LOSS',
  'EPOCH_SECONDS',
] as const;
export const SORT_KEYS = ['CREATED_AT', ...METRICS] as const;
type State = (typeof STATES)[number];
type Kind = (typeof KINDS)[number];
export type Metric = (typeof METRICS)[number];
export type SortKey = (typeof SORT_KEYS)[number];
export type Direction = 'ASCENDING' | 'DESCENDING';

/** The list as it is first opened. */
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
  const metric = oneOf(METRICS, params.get('metric'));
  const version = numberOf(params.get('version'));
  return {
    text: params.get('q') ?? '',
    states: list(params.get('state')).flatMap((state) => oneOf(STATES, state) ?? []),
    kind: oneOf(KINDS, params.get('kind')),
    dataset,
    datasetVersion: dataset !== null && version !== null && Number.isInteger(version) ? version : null,
    tag: params.get('tag') ?? '',
    metric,
    atLeast: metric && numberOf(params.get('min')),
    atMost: metric && numberOf(params.get('max')),
    sort: oneOf(SORT_KEYS, params.get('sort')) ?? 'CREATED_AT',
    direction: params.get('order') === 'asc' ? 'ASCENDING' : 'DESCENDING',
    ids: list(params.get('ids')),
  };
}

/** What is as in the whole list is left out. */
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

/** The same as the API takes it. */
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

/** The same list without a filter; order and selection stay. */
export const unfiltered = ({ sort, direction, ids }: RunsView): RunsView => ({ ...WHOLE_LIST, sort, direction, ids });

const list = (text: string | null): string[] => [...new Set((text ?? '').split(',').filter(Boolean))];
const oneOf = <T extends string>(known: readonly T[], text: string | null): T | null =>
  known.find((value) => value === text) ?? null;
const numberOf = (text: string | null): number | null => {
  const value = text?.trim() ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : null;
};
