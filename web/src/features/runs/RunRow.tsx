import { useApolloClient, useFragment } from '@apollo/client/react';
import { memo } from 'react';
import { Link } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { graphql, type ResultOf } from '../../graphql';
import { formatAge, formatBytes, formatSeconds, formatShare, shortId } from '../../lib/format';
import { showValue } from '../../lib/hyperparameter';
import { KIND_NAMES } from '../../lib/runs';
import { urls } from '../../lib/urls';
import { Sparkline } from '../../ui/Sparkline';
import { RECIPE, type Values } from '../recipe/recipe';
import { colorOf } from './colors';
import { type Column, type ColumnKey, isRecipeColumn } from './columns';
import { RunLink } from './RunLink';
import classes from './RunTable.module.css';
import { StateMark } from './StateMark';

export const RUN_ROW = graphql(`
  fragment RunRow_run on Run {
    id name owner { name } state kind backboneName createdAt epochSeconds validationAccuracy testAccuracy tags queuePosition
    stage { pipelineId pipeline number of }
    datasetVersion { id dataset number }
    mayNotDelete validationLoss testLoss keptEpoch peakMemoryBytes note
    recipe { imageSize epochs }
    validationAccuracies
  }
`);

/** Read only where a hyperparameter is a column. */
export const RUN_RECIPE = graphql(
  `
    fragment RunRecipe_run on Run {
      recipe { ...Recipe }
    }
  `,
  [RECIPE],
);

const ONE_RUN = graphql(
  `
    query OneRun($id: ID!, $recipe: Boolean!) {
      run(id: $id) { id ...RunRow_run ...RunRecipe_run @include(if: $recipe) }
    }
  `,
  [RUN_ROW, RUN_RECIPE],
);

interface Props {
  readonly columns: readonly Column[];
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
export const RunRow = memo(function RunRow({ id, columns, place, selected, alone, onSelect }: Props) {
  const client = useApolloClient();
  const ask = (): unknown =>
    alone &&
    client
      .query({ query: ONE_RUN, variables: { id, recipe: columns.some(isRecipeColumn) }, fetchPolicy: 'network-only' })
      .catch(() => undefined);
  useRefreshOn(['RUN'], ask, id);
  const { data: run, complete } = useFragment({ fragment: RUN_ROW, from: { __typename: 'Run', id } });
  if (!complete) return null;
  const { dataset, number } = run.datasetVersion;
  const cells: Readonly<Record<ColumnKey, React.ReactNode>> = {
    state: <StateMark state={run.state} detail={detailOf(run)} />,
    run: <Named run={run} />,
    kind: <Kind run={run} />,
    dataset: (
      <Link to={urls.datasetVersion(dataset, number)}>
        {dataset} {number}
      </Link>
    ),
    backbone: run.backboneName,
    size: run.recipe.imageSize,
    validationAccuracy: share(run.validationAccuracy),
    validationLoss: run.validationLoss?.toFixed(4),
    testLoss: run.testLoss?.toFixed(4),
    keptEpoch: run.keptEpoch,
    memory: run.peakMemoryBytes === null ? '' : formatBytes(run.peakMemoryBytes),
    note: run.note,
    testAccuracy: share(run.testAccuracy),
    curve: <Sparkline values={run.validationAccuracies} />,
    time: run.epochSeconds === null ? '' : formatSeconds(run.epochSeconds),
    owner: run.owner?.name,
    age: <time dateTime={run.createdAt}>{formatAge(run.createdAt)}</time>,
    tags: run.tags.join(', '),
  };
  return (
    <tr
      aria-rowindex={place + 2}
      aria-selected={selected !== null}
      className={classes.row}
      data-stage={run.stage && run.stage.of > 1 ? placeIn(run.stage) : undefined}
    >
      <td className={classes.select}>
        <input
          type="checkbox"
          checked={selected !== null}
          aria-label={`Select run ${run.name ?? shortId(run.id)}`}
          onChange={({ currentTarget, nativeEvent }) =>
            onSelect(place, currentTarget.checked, 'shiftKey' in nativeEvent && nativeEvent.shiftKey === true)
          }
          style={selected === null ? undefined : { accentColor: colorOf(selected) }}
        />
      </td>
      {columns.map((column) => (
        <td key={column.key} className={classes[column.look]} data-wide={column.wide}>
          {isRecipeColumn(column) ? <Setting id={id} name={column.key} /> : cells[column.key as ColumnKey]}
        </td>
      ))}
    </tr>
  );
});

/** A hyperparameter of a run. */
function Setting({ id, name }: { readonly id: string; readonly name: string }) {
  const { data, complete } = useFragment({
    fragment: RUN_RECIPE,
    fragmentName: 'RunRecipe_run',
    from: { __typename: 'Run', id },
  });
  const value = complete ? (data.recipe as Values)[name] : undefined;
  return value === undefined ? '' : showValue(value);
}

/** The run's name, followed by its short ID where there is room. */
function Named({ run: { id, name } }: { readonly run: Run }) {
  return (
    <span className={classes.named}>
      <RunLink id={id} name={name} />
      {name !== null && <span className={`mono ${classes.beside}`}>{shortId(id)}</span>}
    </span>
  );
}

type Run = ResultOf<typeof RUN_ROW>;
type Stage = NonNullable<Run['stage']>;

/** The place of a stage, for the line that joins the runs of a pipeline. */
function placeIn({ number, of }: Stage): 'first' | 'middle' | 'last' {
  if (number === 1) return 'first';
  return number === of ? 'last' : 'middle';
}

function Kind({ run: { kind, stage } }: { readonly run: Run }) {
  if (!stage || stage.of === 1) return KIND_NAMES[kind];
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
