import { useQuery } from '@apollo/client/react';
import { Button, Stack } from '@mantine/core';
import { Suspense, useCallback } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { lazyPage } from '../../app/lazy-page';
import { COMPARE_TABLE, CompareTable } from '../../features/compare/CompareTable';
import { RUN_CURVES } from '../../features/curves/fragments';
import { graphql } from '../../graphql';
import { presentParams } from '../../lib/present-params';
import { type RunView, readRunView, writeRunView } from '../../lib/run-view';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { Loading } from '../../ui/Loading';
import { PageHead } from '../../ui/PageHead';

const RunCurves = lazyPage(async () => (await import('../../features/curves/RunCurves')).RunCurves);

const COMPARE = graphql(
  `
    query CompareRuns($ids: [ID!]!) {
      compareRuns(ids: $ids) {
        ...CompareTable_comparison
        runs { id ...RunCurves_run }
      }
    }
  `,
  [COMPARE_TABLE, RUN_CURVES],
);

/** Several runs side by side. */
export function ComparePage() {
  const [params, setParams] = useSearchParams();
  const ids = [...new Set((params.get('ids') ?? '').split(',').filter(Boolean))];
  const few = ids.length < 2;
  const asked = useQuery(COMPARE, { variables: { ids }, skip: few });
  useRefreshOn(['RUN'], () => !few && asked.refetch());
  const show = useCallback(
    (change: Partial<RunView>) => setParams(writeRunView(presentParams(), change), { replace: true }),
    [setParams],
  );
  return (
    <>
      <PageHead title={ids.length < 2 ? 'Compare runs' : `Compare ${ids.length} runs`}>
        <Button size="xs" variant="default" component={Link} to={urls.runs(ids)}>
          Change selection
        </Button>
      </PageHead>
      {few ? (
        <Empty title="Select at least two runs" text="Select runs with the checkboxes in the run list.">
          <Button size="xs" component={Link} to={urls.runs(ids)}>
            Select runs
          </Button>
        </Empty>
      ) : (
        <Answer of={asked}>
          {({ compareRuns }) => (
            <Stack gap="lg">
              <Suspense fallback={<Loading />}>
                <RunCurves runs={compareRuns.runs} view={readRunView(params)} show={show} />
              </Suspense>
              <CompareTable comparison={compareRuns} />
            </Stack>
          )}
        </Answer>
      )}
    </>
  );
}
