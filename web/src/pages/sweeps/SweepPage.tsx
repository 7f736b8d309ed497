import { useQuery } from '@apollo/client/react';
import { useInterval } from '@mantine/hooks';
import { Suspense } from 'react';
import { Link, Navigate, useParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { lazyPage } from '../../app/lazy-page';
import { RunLink } from '../../features/runs/RunLink';
import { StateMark } from '../../features/runs/StateMark';
import { SWEEP_CHARTS } from '../../features/sweeps/fragments';
import { Leaderboard, SWEEP_TRIALS } from '../../features/sweeps/Leaderboard';
import { SweepActions } from '../../features/sweeps/SweepActions';
import { graphql } from '../../graphql';
import { formatAge, isPartOfId, shortId } from '../../lib/format';
import { isUnderWay } from '../../lib/runs';
import { progressOf } from '../../lib/trials';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { Loading } from '../../ui/Loading';
import { PageHead } from '../../ui/PageHead';
import { Problem } from '../../ui/Problem';
import { Section } from '../../ui/Section';
import { SpecLine } from '../../ui/SpecLine';

const SweepCharts = lazyPage(async () => (await import('../../features/sweeps/SweepCharts')).SweepCharts);

const SWEEP = graphql(
  `
  query SweepPage($id: ID!) {
    sweep(id: $id) {
      id name note owner { name } state method seed stopEarly backboneName createdAt endedAt runId mayNotDelete
      datasetVersion { id dataset number }
      trials { number state }
      error { message }
      ...Leaderboard_sweep
      ...SweepCharts_sweep
    }
  }
`,
  [SWEEP_TRIALS, SWEEP_CHARTS],
);

/** Milliseconds between two looks at a sweep under way. */
const ASK_EVERY = 1_500;

/** A sweep: how far it has come, its trials from the best on, and the run of the best. */
export function SweepPage() {
  const { id = '' } = useParams();
  const asked = useQuery(SWEEP, { variables: { id } });
  const state = asked.data?.sweep?.state;
  useInterval(() => void (state && isUnderWay(state) && asked.refetch()), ASK_EVERY, { autoInvoke: true });
  useRefreshOn(['RUN'], asked.refetch);
  return (
    <>
      <PageHead title={asked.data?.sweep?.name ?? `Sweep ${shortId(id)}`} />
      <Answer of={asked}>
        {({ sweep }) => {
          if (!sweep) {
            return (
              <Empty title="Sweep not found" text={`No sweep has the ID ${id}. It may have been deleted.`}>
                <Link to={urls.sweeps}>All sweeps</Link>
              </Empty>
            );
          }
          if (isPartOfId(id, sweep.id)) return <Navigate replace to={urls.sweep(sweep.id)} />;
          const { datasetVersion, trials, error, runId } = sweep;
          return (
            <>
              <SpecLine
                fields={{
                  State: <StateMark state={sweep.state} />,
                  Trials: progressOf(trials),
                  Dataset: (
                    <Link to={urls.datasetVersion(datasetVersion.dataset, datasetVersion.number)}>
                      {datasetVersion.dataset} {datasetVersion.number}
                    </Link>
                  ),
                  Backbone: sweep.backboneName,
                  Method: sweep.method === 'GRID' ? 'Grid' : `Random, seed ${sweep.seed}`,
                  'Early stopping': sweep.stopEarly ? 'trials worse than the median' : 'none',
                  Owner: sweep.owner?.name,
                  Note: sweep.note,
                  Created: formatAge(sweep.createdAt),
                  Ended: sweep.endedAt && formatAge(sweep.endedAt),
                  'Run of the best trial': runId && <RunLink id={runId} />,
                }}
              />
              <SweepActions id={id} state={sweep.state} runId={runId} mayNotDelete={sweep.mayNotDelete} />
              {error && <Problem title="The sweep failed" message={error.message} />}
              <Suspense fallback={<Loading />}>
                <SweepCharts of={sweep} />
              </Suspense>
              <Section title="Trials">
                <Leaderboard of={sweep} />
              </Section>
            </>
          );
        }}
      </Answer>
    </>
  );
}
