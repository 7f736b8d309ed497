import { Button, Text } from '@mantine/core';
import { Suspense, useCallback, useState } from 'react';
import { useSearchParams } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { lazyPage } from '../../app/lazy-page';
import { RunFilters } from '../../features/runs/RunFilters';
import { RunTable } from '../../features/runs/RunTable';
import { presentParams } from '../../lib/present-params';
import { filterOf, type RunsView, readRunsView, unfiltered, writeRunsView } from '../../lib/runs-view';
import { urls } from '../../lib/urls';
import { Answer, messageOf } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';
import { Problem } from '../../ui/Problem';
import classes from './RunsPage.module.css';
import { useRunPages } from './useRunPages';

const SelectionBar = lazyPage(async () => (await import('../../features/runs/SelectionBar')).SelectionBar);

/** The list of all runs, to filter, sort, compare, cancel and delete. */
export function RunsPage() {
  const [params, setParams] = useSearchParams();
  const view = readRunsView(params);
  const show = useCallback(
    (change: Partial<RunsView>) =>
      setParams(writeRunsView({ ...readRunsView(presentParams()), ...change }), { replace: true }),
    [setParams],
  );
  const [top, setTop] = useState(true);
  const filter = filterOf(view);
  const list = { filter, sort: { by: view.sort, direction: view.direction } };
  const { asked, ids, hasMore, more, problem } = useRunPages(list, top);
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <PageHead title="Runs">
        <ActionButton needs="startTransferRun" to={urls.newRun} size="xs">
          New run
        </ActionButton>
      </PageHead>
      <RunFilters view={view} show={show} />
      <div className={classes.selection}>
        {view.ids.length > 0 ? (
          <Suspense>
            <SelectionBar ids={view.ids} onSelect={(selected) => show({ ids: selected })} />
          </Suspense>
        ) : (
          <Text c="dimmed">Select runs to compare, tag, cancel or delete them.</Text>
        )}
      </div>
      <Answer of={asked}>
        {() =>
          ids.length > 0 ? (
            <RunTable
              ids={ids}
              more={hasMore}
              selected={view.ids}
              sort={view.sort}
              direction={view.direction}
              alone={!top}
              onSelect={(selected) => show({ ids: selected })}
              onSort={(sort, direction) => show({ sort, direction })}
              onEnd={more}
              onTop={setTop}
            />
          ) : filtered ? (
            <Empty title="No runs match" text="No runs match these filters.">
              <Button size="xs" variant="default" onClick={() => show(unfiltered(view))}>
                Clear filters
              </Button>
            </Empty>
          ) : (
            <NoRuns />
          )
        }
      </Answer>
      {problem !== null && <Problem message={messageOf(problem)} retry={more} />}
    </>
  );
}

function NoRuns() {
  return (
    <Empty
      title="No runs yet"
      text={
        <>
          A run trains a network on a dataset version and records its metrics. Start one here or in a terminal:{' '}
          <span className="mono">npm run hub -- train --dataset NAME</span>
        </>
      }
    >
      <ActionButton needs="startTransferRun" to={urls.newRun} size="xs">
        Start the first run
      </ActionButton>
    </Empty>
  );
}
