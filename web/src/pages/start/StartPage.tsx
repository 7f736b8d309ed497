import { useQuery } from '@apollo/client/react';
import { useNavigate } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { Samples, Samples_samples } from '../../features/classify/Samples';
import { TakePhotos } from '../../features/classify/TakePhotos';
import { RunLines, RunLines_run } from '../../features/runs/RunLines';
import { DataStep, DataStep_query } from '../../features/start/DataStep';
import { InProduction, InProduction_model } from '../../features/start/InProduction';
import { ServeStep, ServeStep_query } from '../../features/start/ServeStep';
import { Steps } from '../../features/start/Step';
import { TrainStep, TrainStep_query } from '../../features/start/TrainStep';
import { graphql, type ResultOf } from '../../graphql';
import { firstSteps } from '../../lib/first-steps';
import { Answer } from '../../ui/Answer';
import { PageHead } from '../../ui/PageHead';
import { Section } from '../../ui/Section';
import classes from './StartPage.module.css';

const START = graphql(
  `
    query StartPage {
      datasets { id name versions { id } }
      registrations { progressKey }
      models { id name aliases { name } ...InProduction_model }
      runs(page: { first: 10 }) {
        runs { id state ...RunLines_run }
      }
      samples { ...Samples_samples }
      ...DataStep_query
      ...TrainStep_query
      ...ServeStep_query
    }
  `,
  [InProduction_model, RunLines_run, Samples_samples, DataStep_query, TrainStep_query, ServeStep_query],
);
type Data = ResultOf<typeof START>;

/** Three steps from an empty hub to an answer; once something is in production, what the hub is at. */
export function StartPage() {
  const asked = useQuery(START);
  useRefreshOn(['DATASET', 'RUN', 'MODEL'], asked.refetch);
  return (
    <Answer of={asked}>
      {(data) =>
        data.models.some(({ aliases }) => aliases.some(({ name }) => name === 'production')) ? (
          <Overview data={data} />
        ) : (
          <Beginning data={data} refetch={asked.refetch} />
        )
      }
    </Answer>
  );
}

function Beginning({ data, refetch }: { readonly data: Data; readonly refetch: () => unknown }) {
  const steps = firstSteps({
    versions: data.datasets.flatMap(({ versions }) => versions).length,
    registrations: data.registrations.length,
    runs: data.runs.runs,
    production: false,
  });
  return (
    <>
      <PageHead title="From pictures to answers in three steps" />
      <Steps>
        <DataStep query={data} state={steps.data} />
        <TrainStep query={data} state={steps.train} refetch={refetch} />
        <ServeStep query={data} state={steps.classify} refetch={refetch} />
      </Steps>
    </>
  );
}

function Overview({ data }: { readonly data: Data }) {
  const navigate = useNavigate();
  const classify = (): void => void navigate('/classify');
  const { runs } = data.runs;
  const under = runs.filter(({ state }) => state === 'QUEUED' || state === 'RUNNING');
  const ended = runs.filter((run) => !under.includes(run));
  return (
    <>
      <PageHead title="Start" />
      <InProduction models={data.models} />
      <Section title="Ask it">
        <TakePhotos onTaken={classify} />
        <p className={classes.or}>Or one of these:</p>
        <Samples samples={data.samples} onChosen={classify} />
      </Section>
      {under.length > 0 && (
        <Section title="Runs under way">
          <RunLines label="Runs under way" runs={under} />
        </Section>
      )}
      {ended.length > 0 && (
        <Section title="Newest runs">
          <RunLines label="Newest runs" runs={ended} />
        </Section>
      )}
    </>
  );
}
