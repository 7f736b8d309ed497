import { SPLIT_NAMES } from '../../features/datasets/splits';
import type { DuplicatesShown, Split } from '../../lib/findings';

const SPLITS = Object.keys(SPLIT_NAMES) as readonly Split[];
const DUPLICATES: readonly DuplicatesShown[] = ['LEAKS', 'CONFLICTS', 'EXACT', 'NEAR'];

/** The view of a dataset version that its URL holds. */
export interface VersionView {
  readonly show: 'images' | 'sheets' | 'duplicates';
  /** Null: all classes. */
  readonly label: string | null;
  /** Null: all splits. */
  readonly split: Split | null;
  readonly duplicates: DuplicatesShown | null;
  /** From 1. */
  readonly page: number;
  /** Position of the open image in the filtered list, from 0. */
  readonly open: number | null;
}

export const FIRST_VIEW: VersionView = {
  show: 'images',
  label: null,
  split: null,
  duplicates: null,
  page: 1,
  open: null,
};

/** Missing and invalid values are as in the first view. */
export function parseView(params: URLSearchParams): VersionView {
  const show = params.get('show');
  return {
    show: show === 'sheets' || show === 'duplicates' ? show : 'images',
    label: params.get('class'),
    split: SPLITS.find((split) => split === params.get('split')) ?? null,
    duplicates: DUPLICATES.find((kind) => kind === params.get('duplicates')) ?? null,
    page: numberOf(params.get('page'), 1) ?? 1,
    open: numberOf(params.get('image') ?? params.get('picture'), 0),
  };
}

export function viewParams({ show, label, split, duplicates, page, open }: VersionView): Record<string, string> {
  return {
    ...(show !== 'images' ? { show } : {}),
    ...(label !== null ? { class: label } : {}),
    ...(split !== null ? { split } : {}),
    ...(duplicates !== null ? { duplicates } : {}),
    ...(page > 1 ? { page: String(page) } : {}),
    ...(open !== null ? { image: String(open) } : {}),
  };
}

function numberOf(text: string | null, least: number): number | null {
  const value = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isInteger(value) && value >= least ? value : null;
}
