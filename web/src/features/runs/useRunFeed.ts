import { type DocumentNode, print } from 'graphql';
import { useEffect, useRef, useState } from 'react';
import { sockets } from '../../app/client';
import { graphql, type ResultOf } from '../../graphql';
import { EMPTY_FEED, type Feed, type FeedEvent, receive } from '../../lib/run-feed';

const EVENTS = graphql(`
  subscription RunEvents($id: ID!, $after: Int!) {
    runEvents(id: $id, after: $after) {
      number at state message
      epoch { epoch validationLoss validationAccuracy }
      progress { phase done total secondsLeft }
      system { cpuShare memoryBytes freeMemoryBytes }
    }
  }
`);

/** Milliseconds between two updates of the page. */
const GATHER = 100;

/**
 * The feed of a run from its first event. A lost connection resumes after the last event received, as does the feed of a
 * resumed run.
 */
export function useRunFeed(id: string, resumes: number): Feed {
  const [feed, setFeed] = useState(EMPTY_FEED);
  const last = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a resumed run sends more events
  useEffect(() => {
    let pending: FeedEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = (): void => {
      timer = undefined;
      const events = pending;
      pending = [];
      setFeed((before) => receive(before, events));
    };
    const variables = { id, after: last.current }; // read again by every reconnection
    const leave = sockets.subscribe<ResultOf<typeof EVENTS>>(
      { query: print(EVENTS as DocumentNode), variables },
      {
        next({ data }) {
          if (!data) return;
          pending.push(data.runEvents);
          last.current = data.runEvents.number;
          variables.after = last.current;
          timer ??= setTimeout(tell, GATHER);
        },
        error: () => undefined, // the page's query shows the error
        complete: () => undefined,
      },
    );
    return () => {
      leave();
      clearTimeout(timer);
      if (pending.length > 0) tell();
    };
  }, [id, resumes]);
  return feed;
}
