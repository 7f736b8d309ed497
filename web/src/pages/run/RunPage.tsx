import { useQuery } from '@apollo/client/react';
import { Button } from '@mantine/core';
import { Suspense, useCallback } from 'react';
import { Link, Navigate, useLocation, useParams, useSearchParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { lazyPage } from '../../app/lazy-page';
import { RUN_CURVES } from '../../features/curves/fragments';
import { EVALUATION } from '../../features/evaluation/fragments';
import { RECIPE_DIFF } from '../../features/recipe/recipe';
import { PIPELINE_STAGES, PipelineStages } from '../../features/runs/PipelineStages';
import { RUN_ACTIONS, RunActions } from '../../features/runs/RunActions';
import { RUN_FACTS, RunFacts } from '../../features/runs/RunFacts';
import { RunLog } from '../../features/runs/RunLog';
import { RunProgress } from '../../features/runs/RunProgress';
import { RUN_RECORD, RunRecord } from '../../features/runs/RunRecord';
import { useRunFeed } from '../../features/runs/useRunFeed';
import { graphql, type ResultOf } from '../../graphql';
import { isPartOfId, shortId } from '../../lib/format';
import { presentParams } from '../../lib/present-params';
import { type RunView, readRunView, writeRunView } from '../../lib/run-view';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { Loading } from '../../ui/Loading';
import { PageHead } from '../../ui/PageHead';
import { Problem } from '../../ui/Problem';
import { Section } from '../../ui/Section';
import classes from './RunPage.module.css';

const RunCurves = lazyPage(async () => (await import('../../features/curves/RunCurves')).RunCurves);
const MetricsDownload = lazyPage(async () => (await import('../../features/runs/MetricsDownload')).MetricsDownload);
const Evaluation = lazyPage(async () => (await import('../../features/evaluation/Evaluation')).Evaluation);
const TestCurves = lazyPage(async () => (await import('../../features/evaluation/TestCurves')).TestCurves);
const EmbeddingMap = lazyPage(async () => (await import('../../features/evaluation/EmbeddingMap')).EmbeddingMap);
const RunLineage = lazyPage(async () => (await import('../../features/lineage/RunLineage')).RunLineage);
const RecipeDiff = lazyPage(async () => (await import('../../features/recipe/RecipeDiff')).RecipeDiff);

const RUN = graphql(
  `
    query RunPage($id: ID!) {
      run(id: $id) {
        id name state resumes
        error { code message }
        recipe { epochs }
        epochs { epoch }
        ...RunFacts_run
        ...RunActions_run
        ...PipelineStages_run
        ...RunCurves_run
        ...Evaluation_run
        ...RecipeDiff_run
        ...RunRecord_run
      }
    }
  `,
  [RUN_FACTS, RUN_ACTIONS, PIPELINE_STAGES, RUN_CURVES, EVALUATION, RECIPE_DIFF, RUN_RECORD],
);

type Run = NonNullable<ResultOf<typeof RUN>['run']>;

/** A run: live while it runs, with its evaluation afterwards. */
export function RunPage() {
  const { id = '' } = useParams();
  const asked = useQuery(RUN, { variables: { id } });
  useRefreshOn(['RUN'], () => asked.refetch(), id);
  const { search } = useLocation();
  const shown = (run: Run | null) => {
    if (!run) return <Missing id={id} />;
    // A part of its ID is enough in an address. While another run loads, the answer is still the one before.
    return isPartOfId(id, run.id) ? (
      <Navigate replace to={{ pathname: urls.run(run.id), search }} />
    ) : (
      <Shown key={run.id} run={run} />
    );
  };
  return (
    <>
      <PageHead title={asked.data?.run?.name ?? `Run ${shortId(id)}`} />
      <Answer of={asked}>{({ run }) => shown(run)}</Answer>
    </>
  );
}

function Shown({ run }: { readonly run: Run }) {
  const { id, state, resumes, error, recipe, epochs } = run;
  const feed = useRunFeed(id, resumes);
  const [params, setParams] = useSearchParams();
  const view = readRunView(params);
  const show = useCallback(
    (change: Partial<RunView>) =>
      setParams(writeRunView(presentParams(), change), { replace: !('cell' in change), preventScrollReset: true }),
    [setParams],
  );
  return (
    <>
      <RunFacts run={run} />
      <RunActions run={run} />
      <PipelineStages run={run} />
      {error && state === 'CANCELLED' && (
        <Problem title="The run was canceled with the run before it" message={error.message} />
      )}
      {error && state === 'FAILED' && (
        <Problem
          title={`The run failed (${error.code})`}
          message={`${error.message} Fix the cause, then resume the run from its last checkpoint.`}
        />
      )}
      {state === 'RUNNING' && <RunProgress feed={feed} epoch={epochs.length + 1} epochs={recipe.epochs} />}
      <div className={classes.parts}>
        {(epochs.length > 0 || state === 'RUNNING') && (
          <Suspense fallback={<Loading />}>
            <RunCurves runs={[run]} view={view} show={show} />
            {epochs.length > 0 && <MetricsDownload id={id} />}
          </Suspense>
        )}
        {state === 'SUCCEEDED' && (
          <Suspense fallback={<Loading />}>
            <Evaluation run={run} view={view} show={show} />
          </Suspense>
        )}
        {state === 'SUCCEEDED' && (
          <Suspense fallback={<Loading />}>
            <TestCurves runId={id} />
          </Suspense>
        )}
        {state === 'SUCCEEDED' && (
          <Section title="Map of the test images">
            {view.map ? (
              <Suspense fallback={<Loading />}>
                <EmbeddingMap runId={id} />
              </Suspense>
            ) : (
              <Button size="xs" variant="default" onClick={() => show({ map: true })}>
                Show the map
              </Button>
            )}
          </Section>
        )}
        <Suspense fallback={<Loading />}>
          <RunLineage id={id} />
        </Suspense>
        <RunLog lines={feed.lines} />
        <div className={classes.halves}>
          <Suspense fallback={<Loading />}>
            <RecipeDiff run={run} against={view.against} onAgainst={(against) => show({ against })} />
          </Suspense>
          <RunRecord run={run} />
        </div>
      </div>
    </>
  );
}

function Missing({ id }: { readonly id: string }) {
  return (
    <Empty title="Run not found" text={`No run has the ID ${id}: it was deleted, or the URL is incomplete.`}>
      <Button size="xs" variant="default" component={Link} to={urls.runs()}>
        Show all runs
      </Button>
    </Empty>
  );
}
