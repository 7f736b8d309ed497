import { nameOfTarget, parseTarget, type Target } from '../../lib/target';

/** The view of the page that its URL holds. */
export interface ClassifyView {
  /** Null: the version in production. */
  readonly target: Target | null;
  readonly compared: Target | null;
  readonly sort: 'added' | 'unsure';
  /** Only photos with this answer; null: all. */
  readonly label: string | null;
  /** Only photos with different answers. */
  readonly disagree: boolean;
}

/** Parses a URL; `who` and `beside` are the former names of two parameters. */
export function parseClassifyView(params: URLSearchParams): ClassifyView {
  return {
    target: parseTarget(params.get('model') ?? params.get('who') ?? ''),
    compared: parseTarget(params.get('compare') ?? params.get('beside') ?? ''),
    sort: params.get('sort') === 'unsure' ? 'unsure' : 'added',
    label: params.get('label'),
    disagree: params.get('disagree') === 'yes',
  };
}

export function classifyParams({ target, compared, sort, label, disagree }: ClassifyView): Record<string, string> {
  return {
    ...(target ? { model: nameOfTarget(target) } : {}),
    ...(compared ? { compare: nameOfTarget(compared) } : {}),
    ...(sort === 'unsure' ? { sort } : {}),
    ...(label !== null ? { label } : {}),
    ...(disagree ? { disagree: 'yes' } : {}),
  };
}
