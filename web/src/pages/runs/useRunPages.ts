import { useApolloClient, useQuery } from '@apollo/client/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useRefreshOn } from '../../app/changes';
import { RUN_ROW } from '../../features/runs/RunRow';
import { graphql, type VariablesOf } from '../../graphql';

const RUNS = graphql(
  `
    query Runs($filter: RunFilter, $sort: RunSort, $after: ID) {
      runs(filter: $filter, sort: $sort, page: { first: 40, after: $after }) {
        next
        runs { id ...RunRow_run }
      }
    }
  `,
  [RUN_ROW],
);

/** Pages behind the first one. */
interface Further {
  /** `next` of the first page that they were read behind. */
  readonly behind: string | null;
  readonly ids: readonly string[];
  readonly next: string | null;
}

/**
 * Ids of the runs in a list, read page by page; the runs themselves lie in the cache. The first page is asked for again
 * when runs change, and where it then ends elsewhere, those behind it are read anew.
 * @param live whether that is done now: who reads further down keeps their place.
 */
export function useRunPages(list: Pick<VariablesOf<typeof RUNS>, 'filter' | 'sort'>, live: boolean) {
  const client = useApolloClient();
  const asked = useQuery(RUNS, { variables: list });
  const { refetch } = asked;
  const missed = useRef(false);
  useRefreshOn(['RUN'], () => {
    if (live) void refetch();
    else missed.current = true;
  });
  useEffect(() => {
    if (!live || !missed.current) return;
    missed.current = false;
    void refetch();
  }, [live, refetch]);
  const [further, setFurther] = useState<Further>({ behind: null, ids: [], next: null });
  const [problem, setProblem] = useState<unknown>(null);
  const asking = useRef(false);

  const first = (asked.data ?? asked.previousData)?.runs;
  const behind = first?.next ?? null;
  const valid = further.behind !== null && further.behind === behind;
  const next = asked.data === undefined ? null : valid ? further.next : behind;
  const key = JSON.stringify(list);

  const more = useCallback(async () => {
    if (next === null || asking.current) return;
    asking.current = true;
    try {
      const variables = { ...(JSON.parse(key) as typeof list), after: next };
      const { data } = await client.query({ query: RUNS, variables, fetchPolicy: 'network-only' });
      if (!data) return;
      const ids = data.runs.runs.map(({ id }) => id);
      setFurther((now) => ({ behind, ids: [...(now.behind === behind ? now.ids : []), ...ids], next: data.runs.next }));
      setProblem(null);
    } catch (error) {
      setProblem(error);
    } finally {
      asking.current = false;
    }
  }, [client, key, next, behind]);

  const ids = [...new Set([...(first?.runs.map(({ id }) => id) ?? []), ...(valid ? further.ids : [])])];
  return { asked, ids, hasMore: next !== null, more, problem };
}
