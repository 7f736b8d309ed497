import { useQuery } from '@apollo/client/react';
import { useRefreshOn } from '../../app/changes';
import { DataStep, DataStep_query } from '../../features/start/DataStep';
import { ServeStep, ServeStep_query } from '../../features/start/ServeStep';
import { Steps } from '../../features/start/Step';
import { TrainStep, TrainStep_query } from '../../features/start/TrainStep';
import { graphql } from '../../graphql';
import { nodesOf } from '../../lib/connection';
import { firstSteps } from '../../lib/first-steps';
import { Answer } from '../../ui/Answer';
import { PageHead } from '../../ui/PageHead';

const BEGINNING = graphql(
  `
    query Beginning {
      datasets { id name versions { id } }
      ingestions { progressKey }
      runs(first: 10) {
        edges { node { id state } }
      }
      ...DataStep_query
      ...TrainStep_query
      ...ServeStep_query
    }
  `,
  [DataStep_query, TrainStep_query, ServeStep_query],
);

/** The steps from an empty hub to an answer. Their states are read from the hub. */
export function Beginning({ onServed }: { readonly onServed: () => unknown }) {
  const asked = useQuery(BEGINNING);
  useRefreshOn(['DATASET', 'RUN'], asked.refetch);
  return (
    <>
      <PageHead title="From images to answers in three steps" />
      <Answer of={asked}>
        {(data) => {
          const steps = firstSteps({
            versions: data.datasets.flatMap(({ versions }) => versions).length,
            ingestions: data.ingestions.length,
            runs: nodesOf(data.runs),
            production: false,
          });
          return (
            <Steps>
              <DataStep query={data} state={steps.data} />
              <TrainStep query={data} state={steps.train} refetch={asked.refetch} />
              <ServeStep query={data} state={steps.classify} refetch={onServed} />
            </Steps>
          );
        }}
      </Answer>
    </>
  );
}
