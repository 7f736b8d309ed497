import type { RunsView } from '../../lib/runs-view';
import { Answer, messageOf } from '../../ui/Answer';
import { Problem } from '../../ui/Problem';
import { type Column, isRecipeColumn } from './columns';
import { RunTable } from './RunTable';
import { type RunFilter, useRunPages } from './useRunPages';

interface Props {
  readonly view: RunsView;
  readonly show: (change: Partial<RunsView>) => void;
  readonly filter: RunFilter;
  readonly columns: readonly Column[];
  /** Name of the group whose runs they are. */
  readonly group?: string;
  readonly live: boolean;
  readonly onLive: (live: boolean) => void;
  /** Shown where there are none. */
  readonly none: React.ReactNode;
}

/** The runs of a filter, read page by page. */
export function RunPages({ view, show, filter, columns, group, live, onLive, none }: Props) {
  const { sort, direction } = view;
  const list = { filter, sort: { by: sort, direction }, recipe: columns.some(isRecipeColumn) };
  const { asked, ids, hasMore, more, problem } = useRunPages(list, live);
  return (
    <>
      <Answer of={asked}>
        {() =>
          ids.length > 0 ? (
            <RunTable
              {...{ ids, columns, sort, direction }}
              {...(group !== undefined && { group })}
              more={hasMore}
              selected={view.ids}
              alone={!live}
              onSelect={(selected) => show({ ids: selected })}
              onSort={(by, to) => show({ sort: by, direction: to })}
              onEnd={more}
              onTop={onLive}
            />
          ) : (
            none
          )
        }
      </Answer>
      {problem !== null && <Problem message={messageOf(problem)} retry={more} />}
    </>
  );
}
