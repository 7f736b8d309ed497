import { useSearchParams } from 'react-router';
import { presentParams } from './present-params';

/** Parameter of the address that holds the cursor of a list's page. */
const AFTER = 'after';

/** A list that is filtered and paged by the parameters of its address. */
export interface Filters<K extends string> {
  /** Missing parameters are ''. */
  readonly values: Readonly<Record<K, string>>;
  readonly filtered: boolean;
  /** Cursor of the page; null for the first one. */
  readonly after: string | null;
  /** Changes a filter, and returns to the first page. */
  readonly set: (name: K, value: string) => void;
  readonly clear: () => void;
  /** Opens another page of the list. */
  readonly turn: (after: string | null) => void;
}

export function useFilters<K extends string>(names: readonly K[]): Filters<K> {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<K, string>;
  return {
    values,
    filtered: names.some((name) => values[name] !== ''),
    after: params.get(AFTER),
    set(name, value) {
      const next = presentParams();
      if (value) next.set(name, value);
      else next.delete(name);
      next.delete(AFTER);
      setParams(next, { replace: true });
    },
    clear: () => setParams({}, { replace: true }),
    turn(after) {
      const next = presentParams();
      if (after === null) next.delete(AFTER);
      else next.set(AFTER, after);
      setParams(next);
    },
  };
}
