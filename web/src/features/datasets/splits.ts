import type { Split } from '../../lib/findings';

/** Splits as they are called on the page. */
export const SPLIT_NAMES: Readonly<Record<Split, string>> = {
  TRAIN: 'train',
  VALIDATION: 'validation',
  TEST: 'test',
};
