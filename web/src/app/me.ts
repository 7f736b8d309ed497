import { makeVar } from '@apollo/client';
import { useQuery, useReactiveVar } from '@apollo/client/react';
import { useEffect } from 'react';
import { graphql, type Operation, type ResultOf } from '../graphql';

const ME = graphql(`
  query Me {
    me {
      name role model
      mayNot { name reason }
    }
  }
`);

export type Me = Omit<ResultOf<typeof ME>['me'], 'mayNot'>;

/** Why the token may not do something, by operation of the API; null until the hub has said so. */
export const refusals = makeVar<ReadonlyMap<string, string> | null>(null);

/** Asks whose token the page uses, and what it may not do; used once, by the shell. @returns null until it is known. */
export function useMe(): Me | null {
  const { data } = useQuery(ME, { fetchPolicy: 'network-only' });
  const mayNot = data?.me.mayNot;
  useEffect(() => {
    refusals(mayNot ? new Map(mayNot.map(({ name, reason }) => [name, reason])) : null);
    return () => void refusals(null);
  }, [mayNot]);
  return data?.me ?? null;
}

/** Why the token may not do this; null if it may. The hub alone decides: the page has no list of its own. */
export function useRefusal(operation: Operation): string | null {
  return useReactiveVar(refusals)?.get(operation) ?? null;
}
