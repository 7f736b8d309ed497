import { Button, Text } from '@mantine/core';
import { Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { lazyPage } from '../../app/lazy-page';
import { columnsOf } from '../../features/runs/columns';
import { RunFilters } from '../../features/runs/RunFilters';
import { RunPages } from '../../features/runs/RunPages';
import { presentParams } from '../../lib/present-params';
import { filterOf, type RunsView, readRunsView, unfiltered, writeRunsView } from '../../lib/runs-view';
import { urls } from '../../lib/urls';
import { whenIdle } from '../../lib/when-idle';
import { Empty } from '../../ui/Empty';
import { Loading } from '../../ui/Loading';
import { PageHead } from '../../ui/PageHead';
import classes from './RunsPage.module.css';

const ListTools = lazyPage(async () => (await import('../../features/runs/ListTools')).ListTools);
const RunGroups = lazyPage(async () => (await import('../../features/runs/RunGroups')).RunGroups);
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
  const [idle, setIdle] = useState(false);
  useEffect(() => whenIdle(() => setIdle(true)), []);
  const filter = filterOf(view);
  const columns = useMemo(() => columnsOf(view.columns), [view.columns]);
  const none =
    Object.keys(filter).length > 0 ? (
      <Empty title="No runs match" text="No runs match these filters.">
        <Button size="xs" variant="default" onClick={() => show(unfiltered(view))}>
          Clear filters
        </Button>
      </Empty>
    ) : (
      <NoRuns />
    );
  return (
    <>
      <PageHead title="Runs">
        <ActionButton needs="startTransferRun" to={urls.newRun} size="xs">
          New run
        </ActionButton>
      </PageHead>
      <RunFilters view={view} show={show} />
      <Suspense fallback={<div className={classes.tools} />}>
        {idle ? <ListTools view={view} show={show} /> : <div className={classes.tools} />}
      </Suspense>
      <div className={classes.selection}>
        {view.ids.length > 0 ? (
          <Suspense>
            <SelectionBar ids={view.ids} onSelect={(selected) => show({ ids: selected })} />
          </Suspense>
        ) : (
          <Text c="dimmed">Select runs to compare, tag, cancel or delete them.</Text>
        )}
      </div>
      {view.group === null ? (
        <RunPages {...{ view, show, filter, columns, none }} live={top} onLive={setTop} />
      ) : (
        <Suspense fallback={<Loading />}>
          <RunGroups {...{ view, show, filter, columns, none }} by={view.group} />
        </Suspense>
      )}
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
