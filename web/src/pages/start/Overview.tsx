import { useQuery } from '@apollo/client/react';
import { useNavigate } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { Samples, Samples_samples } from '../../features/classify/Samples';
import { TakePhotos } from '../../features/classify/TakePhotos';
import { RunLines, RunLines_run } from '../../features/runs/RunLines';
import { InProduction, InProduction_model } from '../../features/start/InProduction';
import { graphql } from '../../graphql';
import { Answer } from '../../ui/Answer';
import { PageHead } from '../../ui/PageHead';
import { Section } from '../../ui/Section';
import classes from './Overview.module.css';

const OVERVIEW = graphql(
  `
    query Overview {
      models { id name ...InProduction_model }
      runs(page: { first: 10 }) {
        runs { id state ...RunLines_run }
      }
      samples { ...Samples_samples }
    }
  `,
  [InProduction_model, RunLines_run, Samples_samples],
);

/** What is in production, a way to ask it, and the newest runs. */
export function Overview() {
  const asked = useQuery(OVERVIEW);
  useRefreshOn(['RUN', 'MODEL'], asked.refetch);
  const navigate = useNavigate();
  const classify = (): void => void navigate('/classify');
  return (
    <>
      <PageHead title="Start" />
      <Answer of={asked}>
        {({ models, runs: { runs }, samples }) => {
          const under = runs.filter(({ state }) => state === 'QUEUED' || state === 'RUNNING');
          const ended = runs.filter((run) => !under.includes(run));
          return (
            <>
              <InProduction models={models} />
              <Section title="Ask it">
                <TakePhotos onTaken={classify} />
                <p className={classes.or}>Or one of these:</p>
                <Samples samples={samples} onChosen={classify} />
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
        }}
      </Answer>
    </>
  );
}
