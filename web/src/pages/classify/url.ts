import { nameOfTarget, parseTarget, type Target } from '../../lib/target';

/** Who is asked, and how the photos are listed. */
export interface ClassifyView {
  /** Null: what is in production. */
  readonly target: Target | null;
  readonly beside: Target | null;
  readonly sort: 'added' | 'unsure';
  /** Only photos that are said to show this; null: all. */
  readonly label: string | null;
  /** Only photos of which the two say different things. */
  readonly disagree: boolean;
}

export function parseClassifyView(params: URLSearchParams): ClassifyView {
  return {
    target: parseTarget(params.get('who') ?? ''),
    beside: parseTarget(params.get('beside') ?? ''),
    sort: params.get('sort') === 'unsure' ? 'unsure' : 'added',
    label: params.get('label'),
    disagree: params.get('disagree') === 'yes',
  };
}

export function classifyParams({ target, beside, sort, label, disagree }: ClassifyView): Record<string, string> {
  return {
    ...(target ? { who: nameOfTarget(target) } : {}),
    ...(beside ? { beside: nameOfTarget(beside) } : {}),
    ...(sort === 'unsure' ? { sort } : {}),
    ...(label !== null ? { label } : {}),
    ...(disagree ? { disagree: 'yes' } : {}),
  };
}
