import type { Split } from '../../lib/findings';

/** Names of the splits on the page. */
export const SPLIT_NAMES: Readonly<Record<Split, string>> = {
  TRAIN: 'train',
  VALIDATION: 'validation',
  TEST: 'test',
};
