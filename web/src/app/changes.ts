import { useSubscription } from '@apollo/client/react';
import { useThrottledCallback } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { graphql, type ResultOf } from '../graphql';

const CHANGES = graphql(`
  subscription Changes {
    changes { kind id }
  }
`);

type Notice = ResultOf<typeof CHANGES>['changes'];

/** Least milliseconds between two refreshes of the same data. */
const ASK_EVERY = 500;

const listeners = new Set<(notice: Notice) => void>();

/** Receives the change notices of the whole page; used once, by the shell. */
export function useChangeFeed(): void {
  useSubscription(CHANGES, {
    onData: ({ data: { data } }) => {
      if (data) for (const listener of listeners) listener(data.changes);
    },
  });
}

/** Refreshes on notices of these kinds. @param id of the only row that matters; without it, all do. */
export function useRefreshOn(kinds: readonly Notice['kind'][], refresh: () => unknown, id?: string): void {
  const throttled = useThrottledCallback(useOneByOne(refresh), ASK_EVERY);
  const key = kinds.join();
  useEffect(() => {
    const listener = (notice: Notice): void => {
      const concerns = id === undefined || notice.id === '' || id === notice.id;
      if (concerns && key.split(',').includes(notice.kind)) throttled();
    };
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [key, id, throttled]);
}

/** Runs an action again after the present run, not during it: of two answers, the older one could arrive last. */
function useOneByOne(action: () => unknown): () => Promise<void> {
  const latest = useRef(action);
  latest.current = action;
  const turn = useRef({ runs: false, again: false }).current;
  return async () => {
    turn.again = turn.runs;
    if (turn.runs) return;
    turn.runs = true;
    do {
      turn.again = false;
      await Promise.resolve(latest.current()).catch(() => undefined); // the page shows the error of its query
    } while (turn.again);
    turn.runs = false;
  };
}
