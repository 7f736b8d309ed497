import { type CombinedGraphQLErrors, CombinedGraphQLErrors as GraphQLErrors } from '@apollo/client';
import type { ReactNode } from 'react';
import { Loading } from './Loading';
import { Problem } from './Problem';

/** The state of a query. */
export interface Asked<T> {
  readonly data: T | undefined;
  readonly previousData?: T | undefined;
  readonly loading: boolean;
  readonly error?: Error | undefined;
  readonly refetch: () => Promise<unknown>;
}

/** Shows the answer to a query: a skeleton at first, the previous answer dimmed while the next loads, or the error. */
export function Answer<T>({ of, children }: { readonly of: Asked<T>; readonly children: (data: T) => ReactNode }) {
  const data = of.data ?? of.previousData;
  const problem = of.error && <Problem message={messageOf(of.error)} retry={of.refetch} />;
  if (data === undefined) return problem ?? <Loading />;
  const old = of.loading && of.data === undefined;
  return (
    <>
      {problem}
      <div aria-busy={old} className={old ? 'stale' : undefined}>
        {children(data)}
      </div>
    </>
  );
}

/** The message of an error: the hub's own, or ours if the hub could not be reached. */
export function messageOf(error: unknown): string {
  if (GraphQLErrors.is(error)) return (error as CombinedGraphQLErrors).errors.map(({ message }) => message).join(' ');
  if (error instanceof TypeError)
    return 'The hub does not answer. Check that it is running; the page reconnects by itself.';
  return error instanceof Error ? error.message : String(error);
}
