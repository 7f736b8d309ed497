import { useQuery } from '@apollo/client/react';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useRefreshOn } from '../../app/changes';
import { graphql, type ResultOf } from '../../graphql';
import { formatAge, formatCount, formatShare, shortId } from '../../lib/format';
import type { Grouping, RunsView } from '../../lib/runs-view';
import { Answer } from '../../ui/Answer';
import type { Column } from './columns';
import classes from './RunGroups.module.css';
import { RunPages } from './RunPages';
import type { RunFilter } from './useRunPages';

const GROUPS = graphql(`
  query RunGroups($by: RunGrouping!, $filter: RunFilter, $first: Int!) {
    runGroups(by: $by, filter: $filter, first: $first) {
      pageInfo { hasNextPage }
      edges { node { id label dataset datasetVersion count validationAccuracy testAccuracy newestAt } }
    }
  }
`);

type Group = ResultOf<typeof GROUPS>['runGroups']['edges'][number]['node'];

/** Groups that are read at a time, up to the most that the API gives. */
const [STEP, MOST] = [50, 200];

const NAMES: Readonly<Record<Grouping, { readonly one: string; readonly none: string }>> = {
  PIPELINE: { one: 'Pipeline', none: 'In no pipeline' },
  SWEEP: { one: 'Sweep', none: 'Of no sweep' },
  DATASET: { one: 'Dataset', none: 'Of no dataset' },
};

interface Props {
  readonly by: Grouping;
  readonly view: RunsView;
  readonly show: (change: Partial<RunsView>) => void;
  readonly filter: RunFilter;
  readonly columns: readonly Column[];
  readonly none: React.ReactNode;
}

/** The runs of a filter in groups, which open to their runs. */
export function RunGroups({ by, filter, none, ...list }: Props) {
  const [first, setFirst] = useState(STEP);
  const asked = useQuery(GROUPS, { variables: { by, filter, first } });
  useRefreshOn(['RUN'], asked.refetch);
  return (
    <Answer of={asked}>
      {({ runGroups: { edges, pageInfo } }) =>
        edges.length === 0 ? (
          none
        ) : (
          <>
            {edges.map(({ node: group }) => (
              <OneGroup key={group.id} {...{ by, group, filter, ...list }} />
            ))}
            {pageInfo.hasNextPage && first < MOST && (
              <Button size="xs" variant="default" mt="sm" onClick={() => setFirst(Math.min(MOST, first + STEP))}>
                More groups
              </Button>
            )}
          </>
        )
      }
    </Answer>
  );
}

function OneGroup({ by, group, filter, ...list }: Omit<Props, 'none'> & { readonly group: Group }) {
  const [open, setOpen] = useState(false);
  const [live, setLive] = useState(true);
  const { id, label, count, validationAccuracy, testAccuracy, newestAt } = group;
  const { one, none } = NAMES[by];
  const name = id === null ? none : (label ?? `${one} ${shortId(id)}`);
  const best = testAccuracy ?? validationAccuracy;
  return (
    <details className={classes.group} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <strong>{name}</strong>
        {by === 'PIPELINE' && id !== null && <span className="mono">{shortId(id)}</span>}
        <span>{count === 1 ? '1 run' : `${formatCount(count)} runs`}</span>
        {best !== null && (
          <span>
            best {testAccuracy === null ? 'validation' : 'test'} accuracy {formatShare(best, 2)}
          </span>
        )}
        <span>newest {formatAge(newestAt)}</span>
      </summary>
      {open && (
        <RunPages
          {...list}
          {...{ live }}
          filter={{ ...filter, ...ofGroup(by, group) }}
          group={name}
          onLive={setLive}
          none={null}
        />
      )}
    </details>
  );
}

/** The filter for the runs of a group. */
function ofGroup(by: Grouping, { id, dataset, datasetVersion }: Group): RunFilter {
  if (id === null) return { without: by };
  if (by === 'DATASET') return { dataset, datasetVersion };
  return by === 'SWEEP' ? { sweepId: id } : { pipelineId: id };
}
