import { titleOf } from '../../lib/hyperparameter';
import type { SortKey } from '../../lib/runs-view';

/** Keys of the columns that are no hyperparameters. */
export type ColumnKey = (typeof KEYS)[number];
const KEYS = [
  'state',
  'run',
  'kind',
  'dataset',
  'backbone',
  'size',
  'validationAccuracy',
  'validationLoss',
  'testAccuracy',
  'testLoss',
  'curve',
  'keptEpoch',
  'time',
  'memory',
  'owner',
  'age',
  'tags',
  'note',
] as const;

export interface Column {
  /** One of KEYS, or the name of a hyperparameter. */
  readonly key: string;
  readonly label: string;
  readonly look: 'text' | 'number' | 'tags';
  /** Tooltip that spells out a short label. */
  readonly title?: string;
  /** Sort key of the column. */
  readonly sort?: SortKey;
  /** Least page width in rem; the column is hidden below. */
  readonly wide?: 40 | 60;
  /** Shown only where it is chosen. */
  readonly extra?: true;
}

/** Columns of the run list after the checkboxes. */
export const COLUMNS: readonly (Column & { readonly key: ColumnKey })[] = [
  { key: 'state', label: 'State', look: 'text' },
  { key: 'run', label: 'Run', look: 'text' },
  { key: 'kind', label: 'Kind', look: 'text', wide: 60 },
  { key: 'dataset', label: 'Dataset', look: 'text', wide: 40 },
  { key: 'backbone', label: 'Backbone', look: 'text', wide: 60 },
  { key: 'size', label: 'px', look: 'number', title: 'Image size: side of the network’s input in pixels', wide: 60 },
  {
    key: 'validationAccuracy',
    label: 'Validation',
    look: 'number',
    title: 'Validation accuracy of the kept epoch',
    sort: 'VALIDATION_ACCURACY',
  },
  { key: 'validationLoss', label: 'Validation loss', look: 'number', sort: 'VALIDATION_LOSS', extra: true },
  { key: 'testAccuracy', label: 'Test', look: 'number', title: 'Test accuracy', sort: 'TEST_ACCURACY', wide: 40 },
  { key: 'testLoss', label: 'Test loss', look: 'number', sort: 'TEST_LOSS', extra: true },
  { key: 'curve', label: 'By epoch', look: 'text', title: 'Validation accuracy by epoch', wide: 40 },
  { key: 'keptEpoch', label: 'Kept epoch', look: 'number', extra: true },
  {
    key: 'time',
    label: 'Epoch time',
    look: 'number',
    title: 'Total time of all epochs',
    sort: 'EPOCH_SECONDS',
    wide: 60,
  },
  { key: 'memory', label: 'Peak memory', look: 'number', extra: true },
  { key: 'owner', label: 'Owner', look: 'tags', title: 'The token that started the run', wide: 60 },
  { key: 'age', label: 'Created', look: 'number', sort: 'CREATED_AT' },
  { key: 'tags', label: 'Tags', look: 'tags', wide: 60 },
  { key: 'note', label: 'Note', look: 'tags', extra: true },
];

/** The usual columns, or those of these names in the same order; hyperparameters follow. Unknown names make no column. */
export function columnsOf(names: readonly string[] | null): readonly Column[] {
  if (names === null) return COLUMNS.filter(({ extra }) => !extra);
  // A chosen column is shown however narrow the page is.
  const chosen = COLUMNS.filter(({ key }) => key === 'run' || names.includes(key)).map(
    ({ wide: _, ...column }) => column,
  );
  const others = names.filter((name) => !KEYS.some((key) => key === name) && /^[a-z][A-Za-z]{1,40}$/.test(name));
  return [...chosen, ...others.map((key): Column => ({ key, label: titleOf(key), look: 'number' }))];
}

/** Whether a column is of a hyperparameter. */
export const isRecipeColumn = ({ key }: Column): boolean => !KEYS.some((known) => known === key);
