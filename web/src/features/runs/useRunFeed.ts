import { type DocumentNode, print } from 'graphql';
import { useEffect, useRef, useState } from 'react';
import { sockets } from '../../app/client';
import { graphql, type ResultOf } from '../../graphql';
import { type Feed, type FeedEvent, hear, NOTHING_HEARD } from '../../lib/run-feed';

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

/** Milliseconds for which events are gathered before the page is drawn again. */
const GATHER = 100;

/**
 * What happens to a run, from its beginning. A connection that was lost goes on behind the last event that came, as does
 * one that ended with the run when the run was resumed.
 */
export function useRunFeed(id: string, resumes: number): Feed {
  const [feed, setFeed] = useState(NOTHING_HEARD);
  const last = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that goes on has more to tell
  useEffect(() => {
    let pending: FeedEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = (): void => {
      timer = undefined;
      const events = pending;
      pending = [];
      setFeed((before) => hear(before, events));
    };
    const variables = { id, after: last.current }; // read again whenever the connection is made again
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
        error: () => undefined, // the page's query says what is wrong with the run
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
