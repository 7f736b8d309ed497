import type { DuplicatesShown, Split } from '../../lib/findings';

const SPLITS: readonly Split[] = ['TRAIN', 'VALIDATION', 'TEST'];
const DUPLICATES: readonly DuplicatesShown[] = ['LEAKS', 'CONFLICTS', 'EXACT', 'NEAR'];

/** What of a dataset version is looked at. */
export interface VersionView {
  readonly show: 'pictures' | 'sheets' | 'duplicates';
  /** Null: all classes. */
  readonly label: string | null;
  /** Null: all splits. */
  readonly split: Split | null;
  readonly duplicates: DuplicatesShown | null;
  /** From 1. */
  readonly page: number;
  /** Place of the opened picture among those of class and split, from 0. */
  readonly open: number | null;
}

export const FIRST_VIEW: VersionView = {
  show: 'pictures',
  label: null,
  split: null,
  duplicates: null,
  page: 1,
  open: null,
};

/** What is not there, or makes no sense, is as in the first view. */
export function parseView(params: URLSearchParams): VersionView {
  const show = params.get('show');
  return {
    show: show === 'sheets' || show === 'duplicates' ? show : 'pictures',
    label: params.get('class'),
    split: SPLITS.find((split) => split === params.get('split')) ?? null,
    duplicates: DUPLICATES.find((kind) => kind === params.get('duplicates')) ?? null,
    page: numberOf(params.get('page'), 1) ?? 1,
    open: numberOf(params.get('picture'), 0),
  };
}

export function viewParams({ show, label, split, duplicates, page, open }: VersionView): Record<string, string> {
  return {
    ...(show !== 'pictures' ? { show } : {}),
    ...(label !== null ? { class: label } : {}),
    ...(split !== null ? { split } : {}),
    ...(duplicates !== null ? { duplicates } : {}),
    ...(page > 1 ? { page: String(page) } : {}),
    ...(open !== null ? { picture: String(open) } : {}),
  };
}

function numberOf(text: string | null, least: number): number | null {
  const value = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isInteger(value) && value >= least ? value : null;
}
