import { useSubscription } from '@apollo/client/react';
import { useThrottledCallback } from '@mantine/hooks';
import { useEffect } from 'react';
import { graphql, type ResultOf } from '../graphql';

const CHANGES = graphql(`
  subscription Changes {
    changes { kind id }
  }
`);

type Change = ResultOf<typeof CHANGES>['changes'];

/** Milliseconds between two questions about what keeps changing. */
const ASK_EVERY = 500;

const listeners = new Set<(change: Change) => void>();

/** Hears of changes for all of the page; stands in the shell, once. */
export function useChangeFeed(): void {
  useSubscription(CHANGES, {
    onData: ({ data: { data } }) => {
      if (data) for (const listener of listeners) listener(data.changes);
    },
  });
}

/** Asks again when something of these kinds has changed (the one with this id, or any). */
export function useRefreshOn(kinds: readonly Change['kind'][], refresh: () => unknown, id?: string): void {
  const throttled = useThrottledCallback(refresh, ASK_EVERY);
  const key = kinds.join();
  useEffect(() => {
    const listener = (change: Change): void => {
      if (key.split(',').includes(change.kind) && (id === undefined || id === change.id)) throttled();
    };
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [key, id, throttled]);
}
