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
  /** Said in full where the label is short. */
  readonly title?: string;
  /** By what the list is sorted when the head is pressed. */
  readonly sort?: SortKey;
  /** Left out where the page is narrower than so many rem. */
  readonly wide?: 40 | 60;
}

/** Of the list of runs, behind the one that selects. */
export const COLUMNS: readonly Column[] = [
  { key: 'state', label: 'State', look: 'text' },
  { key: 'run', label: 'Run', look: 'text' },
  { key: 'kind', label: 'Kind', look: 'text', wide: 60 },
  { key: 'dataset', label: 'Dataset', look: 'text', wide: 40 },
  { key: 'backbone', label: 'Backbone', look: 'text', wide: 60 },
  { key: 'size', label: 'px', look: 'number', title: 'Side of the picture that the network sees, in pixels', wide: 60 },
  {
    key: 'validation',
    label: 'Best val.',
    look: 'number',
    title: 'Best validation accuracy of its epochs',
    sort: 'BEST_VALIDATION_ACCURACY',
  },
  { key: 'test', label: 'Test', look: 'number', title: 'Test accuracy', sort: 'TEST_ACCURACY', wide: 40 },
  { key: 'curve', label: 'By epoch', look: 'text', title: 'Validation accuracy by epoch', wide: 40 },
  {
    key: 'time',
    label: 'Epochs took',
    look: 'number',
    title: 'Time that all its epochs took together',
    sort: 'EPOCH_SECONDS',
    wide: 60,
  },
  { key: 'age', label: 'Made', look: 'number', sort: 'CREATED_AT' },
  { key: 'tags', label: 'Tags', look: 'tags', wide: 60 },
];
