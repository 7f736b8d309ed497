import { type CombinedGraphQLErrors, CombinedGraphQLErrors as GraphQLErrors } from '@apollo/client';
import type { ReactNode } from 'react';
import { Loading } from './Loading';
import { Problem } from './Problem';

/** What a query has come to so far. */
export interface Asked<T> {
  readonly data: T | undefined;
  readonly previousData?: T | undefined;
  readonly loading: boolean;
  readonly error?: Error | undefined;
  readonly refetch: () => Promise<unknown>;
}

/**
 * Shows the answer to a query: a skeleton until the first one is there; the one before, dimmed, while the next is on its
 * way; what went wrong otherwise.
 */
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

/** An error in the hub's own words, or in ours where it could not be asked. */
export function messageOf(error: unknown): string {
  if (GraphQLErrors.is(error)) return (error as CombinedGraphQLErrors).errors.map(({ message }) => message).join(' ');
  if (error instanceof TypeError)
    return 'The hub does not answer. Look whether it runs; the page goes on by itself then.';
  return error instanceof Error ? error.message : String(error);
}
