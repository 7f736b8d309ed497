import { useApolloClient, useQuery } from '@apollo/client/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useRefreshOn } from '../../app/changes';
import { graphql, type VariablesOf } from '../../graphql';
import { nextOf, nodesOf } from '../../lib/connection';
import { RUN_RECIPE, RUN_ROW } from './RunRow';

const RUNS = graphql(
  `
    query Runs($filter: RunFilter, $sort: RunSort, $after: String, $recipe: Boolean!) {
      runs(filter: $filter, sort: $sort, first: 40, after: $after) {
        pageInfo { hasNextPage endCursor }
        edges { node { id ...RunRow_run ...RunRecipe_run @include(if: $recipe) } }
      }
    }
  `,
  [RUN_ROW, RUN_RECIPE],
);

export type RunFilter = NonNullable<VariablesOf<typeof RUNS>['filter']>;

/** The pages after the first one. */
interface Further {
  /** The cursor after the first page that they follow. */
  readonly follows: string | null;
  readonly ids: readonly string[];
  readonly next: string | null;
}

/**
 * IDs of the runs in a list, read page by page; the runs themselves are in the cache. The first page is refreshed when
 * runs change; if it then ends elsewhere, the pages after it are read again.
 * @param live whether to refresh now; a reader further down keeps their place.
 */
export function useRunPages(list: Pick<VariablesOf<typeof RUNS>, 'filter' | 'sort' | 'recipe'>, live: boolean) {
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
  const [further, setFurther] = useState<Further>({ follows: null, ids: [], next: null });
  const [problem, setProblem] = useState<unknown>(null);
  const asking = useRef(false);

  const first = (asked.data ?? asked.previousData)?.runs;
  const end = first ? nextOf(first) : null;
  const valid = further.follows !== null && further.follows === end;
  const next = asked.data === undefined ? null : valid ? further.next : end;
  const key = JSON.stringify(list);

  const more = useCallback(async () => {
    if (next === null || asking.current) return;
    asking.current = true;
    try {
      const variables = { ...(JSON.parse(key) as typeof list), after: next };
      const { data } = await client.query({ query: RUNS, variables, fetchPolicy: 'network-only' });
      if (!data) return;
      const ids = nodesOf(data.runs).map(({ id }) => id);
      setFurther((now) => ({
        follows: end,
        ids: [...(now.follows === end ? now.ids : []), ...ids],
        next: nextOf(data.runs),
      }));
      setProblem(null);
    } catch (error) {
      setProblem(error);
    } finally {
      asking.current = false;
    }
  }, [client, key, next, end]);

  const ids = [...new Set([...(first ? nodesOf(first).map(({ id }) => id) : []), ...(valid ? further.ids : [])])];
  return { asked, ids, hasMore: next !== null, more, problem };
}
