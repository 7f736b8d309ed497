import type { SortKey } from '../../lib/runs-view';

export interface Column {
  readonly key:
    | 'state'
    | 'run'
    | 'kind'
    | 'dataset'
    | 'backbone'
    | 'size'
    | 'validation'
    | 'test'
    | 'curve'
    | 'time'
    | 'age'
    | 'tags';
  readonly label: string;
  readonly look: 'text' | 'number' | 'tags';
  /** Tooltip that spells out a short label. */
  readonly title?: string;
  /** Sort key of the column. */
  readonly sort?: SortKey;
  /** Least page width in rem; the column is hidden below. */
  readonly wide?: 40 | 60;
}

/** Columns of the run list after the checkboxes. */
export const COLUMNS: readonly Column[] = [
  { key: 'state', label: 'State', look: 'text' },
  { key: 'run', label: 'Run', look: 'text' },
  { key: 'kind', label: 'Kind', look: 'text', wide: 60 },
  { key: 'dataset', label: 'Dataset', look: 'text', wide: 40 },
  { key: 'backbone', label: 'Backbone', look: 'text', wide: 60 },
  { key: 'size', label: 'px', look: 'number', title: 'Image size: side of the network’s input in pixels', wide: 60 },
  {
    key: 'validation',
    label: 'Validation',
    look: 'number',
    title: 'Validation accuracy of the kept epoch',
    sort: 'VALIDATION_ACCURACY',
  },
  { key: 'test', label: 'Test', look: 'number', title: 'Test accuracy', sort: 'TEST_ACCURACY', wide: 40 },
  { key: 'curve', label: 'By epoch', look: 'text', title: 'Validation accuracy by epoch', wide: 40 },
  {
    key: 'time',
    label: 'Epoch time',
    look: 'number',
    title: 'Total time of all epochs',
    sort: 'EPOCH_SECONDS',
    wide: 60,
  },
  { key: 'age', label: 'Created', look: 'number', sort: 'CREATED_AT' },
  { key: 'tags', label: 'Tags', look: 'tags', wide: 60 },
];
