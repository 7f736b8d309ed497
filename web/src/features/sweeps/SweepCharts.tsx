import { useQuery } from '@apollo/client/react';
import { Text } from '@mantine/core';
import { useEffect } from 'react';
import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { formatShare } from '../../lib/format';
import { titleOf } from '../../lib/hyperparameter';
import { Answer } from '../../ui/Answer';
import { Bars } from '../../ui/Bars';
import { Section } from '../../ui/Section';
import { SWEEP_CHARTS } from './fragments';
import { ParallelPlot } from './ParallelPlot';

const IMPORTANCE = graphql(`
  query SweepImportance($id: ID!) {
    sweep(id: $id) {
      id
      importance { trials explained note parameters { name importance correlation } }
    }
  }
`);

type Importance = NonNullable<ResultOf<typeof IMPORTANCE>['sweep']>['importance'];

/** Rank correlation from which on a direction is named. */
const CLEAR = 0.2;

/** Hyperparameters of a sweep against its metric, and which of them matter. */
export function SweepCharts({ of }: { readonly of: FragmentOf<typeof SWEEP_CHARTS> }) {
  const sweep = readFragment(SWEEP_CHARTS, of);
  const { id, endedTrials } = sweep;
  const asked = useQuery(IMPORTANCE, { variables: { id } });
  const { refetch } = asked;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each trial that ends changes the importance
  useEffect(() => void refetch(), [refetch, endedTrials]);
  return (
    <>
      <Section title="Hyperparameters and metric">
        <ParallelPlot of={sweep} />
      </Section>
      <Section title="Importance">
        <Answer of={asked}>{({ sweep: found }) => found && <ImportanceBars of={found.importance} />}</Answer>
      </Section>
    </>
  );
}

function ImportanceBars({ of: { trials, explained, note, parameters } }: { readonly of: Importance }) {
  return (
    <>
      {parameters.length > 0 && (
        <Bars
          label="Importance of hyperparameters"
          of={1}
          bars={parameters.map(({ name, importance }) => ({
            label: titleOf(name),
            value: importance,
            text: formatShare(importance, 0),
          }))}
        />
      )}
      {directions(parameters) && <p>{directions(parameters)}</p>}
      {note && <p>{note}</p>}
      {explained !== null && (
        <Text c="dimmed">
          Permutation importance in a random forest of {trials} trials, which predicts{' '}
          {formatShare(Math.max(0, explained), 0)} of the differences between trials it has not seen. Directions are
          Spearman’s rank correlations with the metric; a best value in the middle has importance without a direction.
        </Text>
      )}
    </>
  );
}

/** Which hyperparameters have a clear direction. */
function directions(parameters: Importance['parameters']): string {
  return parameters
    .flatMap(({ name, correlation }) => {
      if (correlation === null || Math.abs(correlation) < CLEAR) return [];
      const value = Math.abs(correlation).toFixed(2);
      return `${titleOf(name)}: ${correlation > 0 ? `higher is better (+${value}).` : `lower is better (−${value}).`}`;
    })
    .join(' ');
}
