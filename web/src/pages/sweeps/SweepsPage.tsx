import { useQuery } from '@apollo/client/react';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { RunLink } from '../../features/runs/RunLink';
import { StateMark } from '../../features/runs/StateMark';
import { graphql } from '../../graphql';
import { nextOf, nodesOf } from '../../lib/connection';
import { formatAge, formatWords } from '../../lib/format';
import { urls } from '../../lib/urls';
import { useFilters } from '../../lib/use-filters';
import { Answer } from '../../ui/Answer';
import { CursorPager } from '../../ui/CursorPager';
import { DataTable } from '../../ui/DataTable';
import { Empty } from '../../ui/Empty';
import { NamedLink } from '../../ui/NamedLink';
import { PageHead } from '../../ui/PageHead';

const SWEEPS = graphql(`
  query SweepsPage($after: String) {
    sweeps(first: 50, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges {
        node {
          id name owner { name } state method metric backboneName createdAt runId
          datasetVersion { id dataset number }
        }
      }
    }
  }
`);

/** Milliseconds between two looks: the hub announces runs, but not sweeps. */
const ASK_EVERY = 5_000;

/** The list of sweeps. */
export function SweepsPage() {
  const { after, turn } = useFilters([]);
  const asked = useQuery(SWEEPS, { variables: { after }, pollInterval: ASK_EVERY });
  const start = (
    <ActionButton needs="startSweep" to={urls.newSweep} size="xs">
      New sweep
    </ActionButton>
  );
  return (
    <>
      <PageHead title="Sweeps">{start}</PageHead>
      <Answer of={asked}>
        {({ sweeps: page }) => {
          const sweeps = nodesOf(page);
          return sweeps.length === 0 ? (
            <Empty
              title="No sweeps yet"
              text="A sweep trains many heads that differ in some hyperparameters, on features computed once. The best becomes a run."
            >
              {start}
            </Empty>
          ) : (
            <>
              <DataTable
                label="Sweeps"
                heads={[
                  'Sweep',
                  'State',
                  'Dataset',
                  'Backbone',
                  'Method',
                  'Ranked by',
                  'Run of the best trial',
                  'Owner',
                  'Created',
                ]}
                rows={sweeps.map(({ id, datasetVersion: { dataset, number }, ...sweep }) => ({
                  key: id,
                  cells: [
                    <NamedLink key="id" to={urls.sweep(id)} id={id} name={sweep.name} />,
                    <StateMark key="state" state={sweep.state} />,
                    <Link key="data" to={urls.datasetVersion(dataset, number)}>
                      {dataset} {number}
                    </Link>,
                    sweep.backboneName,
                    formatWords(sweep.method),
                    formatWords(sweep.metric),
                    sweep.runId && <RunLink key="run" id={sweep.runId} />,
                    sweep.owner?.name,
                    formatAge(sweep.createdAt),
                  ],
                }))}
              />
              <CursorPager of="sweeps" after={after} next={nextOf(page)} turn={turn} />
            </>
          );
        }}
      </Answer>
    </>
  );
}
