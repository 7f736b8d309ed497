import { useApolloClient, useFragment } from '@apollo/client/react';
import { memo } from 'react';
import { Link } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { graphql, type ResultOf } from '../../graphql';
import { formatAge, formatSeconds, formatShare, shortId } from '../../lib/format';
import { KIND_NAMES } from '../../lib/runs';
import { urls } from '../../lib/urls';
import { Sparkline } from '../../ui/Sparkline';
import { colorOf } from './colors';
import { COLUMNS, type Column } from './columns';
import { RunLink } from './RunLink';
import classes from './RunTable.module.css';
import { StateMark } from './StateMark';

export const RUN_ROW = graphql(`
  fragment RunRow_run on Run {
    id state kind backboneName createdAt epochSeconds validationAccuracy testAccuracy tags queuePosition
    stage { pipelineId pipeline number of }
    datasetVersion { id dataset number }
    recipe { imageSize epochs }
    validationAccuracies
  }
`);

const ONE_RUN = graphql(
  `
    query OneRun($id: ID!) {
      run(id: $id) { id ...RunRow_run }
    }
  `,
  [RUN_ROW],
);

interface Props {
  readonly id: string;
  /** Index in the list. */
  readonly place: number;
  /** Index in the selection; null if not selected. */
  readonly selected: number | null;
  /** Whether it refreshes itself on changes because the list does not. */
  readonly alone: boolean;
  readonly onSelect: (place: number, selected: boolean, through: boolean) => void;
}

/** A run in the list, read from the cache: it renders again only when its own data change. */
export const RunRow = memo(function RunRow({ id, place, selected, alone, onSelect }: Props) {
  const client = useApolloClient();
  const ask = (): unknown =>
    alone && client.query({ query: ONE_RUN, variables: { id }, fetchPolicy: 'network-only' }).catch(() => undefined);
  useRefreshOn(['RUN'], ask, id);
  const { data: run, complete } = useFragment({ fragment: RUN_ROW, from: { __typename: 'Run', id } });
  if (!complete) return null;
  const { dataset, number } = run.datasetVersion;
  const cells: Readonly<Record<Column['key'], React.ReactNode>> = {
    state: <StateMark state={run.state} detail={detailOf(run)} />,
    run: <RunLink id={run.id} />,
    kind: <Kind run={run} />,
    dataset: (
      <Link to={urls.datasetVersion(dataset, number)}>
        {dataset} {number}
      </Link>
    ),
    backbone: run.backboneName,
    size: run.recipe.imageSize,
    validation: share(run.validationAccuracy),
    test: share(run.testAccuracy),
    curve: <Sparkline values={run.validationAccuracies} />,
    time: run.epochSeconds === null ? '' : formatSeconds(run.epochSeconds),
    age: <time dateTime={run.createdAt}>{formatAge(run.createdAt)}</time>,
    tags: run.tags.join(', '),
  };
  return (
    <tr
      aria-rowindex={place + 2}
      aria-selected={selected !== null}
      className={classes.row}
      data-stage={run.stage ? placeIn(run.stage) : undefined}
    >
      <td className={classes.select}>
        <input
          type="checkbox"
          checked={selected !== null}
          aria-label={`Select run ${shortId(run.id)}`}
          onChange={({ currentTarget, nativeEvent }) =>
            onSelect(place, currentTarget.checked, 'shiftKey' in nativeEvent && nativeEvent.shiftKey === true)
          }
          style={selected === null ? undefined : { accentColor: colorOf(selected) }}
        />
      </td>
      {COLUMNS.map((column) => (
        <td key={column.key} className={classes[column.look]} data-wide={column.wide}>
          {cells[column.key]}
        </td>
      ))}
    </tr>
  );
});

type Run = ResultOf<typeof RUN_ROW>;
type Stage = NonNullable<Run['stage']>;

/** The place of a stage, for the line that joins the runs of a pipeline. */
function placeIn({ number, of }: Stage): 'first' | 'middle' | 'last' {
  if (number === 1) return 'first';
  return number === of ? 'last' : 'middle';
}

function Kind({ run: { kind, stage } }: { readonly run: Run }) {
  if (!stage) return KIND_NAMES[kind];
  const { pipeline, number, of } = stage;
  return (
    <span title={`Stage ${number} of ${of} of the recipe “${pipeline}”`}>
      {KIND_NAMES[kind]} {number}/{of}
    </span>
  );
}

const share = (value: number | null): string => (value === null ? '' : formatShare(value, 2));

function detailOf({ state, queuePosition, validationAccuracies, recipe }: Run) {
  if (state === 'QUEUED' && queuePosition !== null) return `#${queuePosition}`;
  return state === 'RUNNING' ? `${validationAccuracies.length}/${recipe.epochs}` : null;
}
