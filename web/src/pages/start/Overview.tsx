import { useQuery } from '@apollo/client/react';
import { useNavigate } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { Samples, Samples_samples } from '../../features/classify/Samples';
import { TakePhotos } from '../../features/classify/TakePhotos';
import { RunLines, RunLines_run } from '../../features/runs/RunLines';
import { InProduction, InProduction_model } from '../../features/start/InProduction';
import { graphql } from '../../graphql';
import { nodesOf } from '../../lib/connection';
import { isUnderWay } from '../../lib/runs';
import { Answer } from '../../ui/Answer';
import { PageHead } from '../../ui/PageHead';
import { Section } from '../../ui/Section';
import classes from './Overview.module.css';

const OVERVIEW = graphql(
  `
    query Overview {
      models { id name ...InProduction_model }
      runs(first: 10) {
        edges { node { id state ...RunLines_run } }
      }
      samples { ...Samples_samples }
    }
  `,
  [InProduction_model, RunLines_run, Samples_samples],
);

/** The models in production, a way to try them, and the latest runs. */
export function Overview() {
  const asked = useQuery(OVERVIEW);
  useRefreshOn(['RUN', 'MODEL'], asked.refetch);
  const navigate = useNavigate();
  const classify = (): void => void navigate('/classify');
  return (
    <>
      <PageHead title="Start" />
      <Answer of={asked}>
        {({ models, samples, ...data }) => {
          const runs = nodesOf(data.runs);
          const underWay = runs.filter(({ state }) => isUnderWay(state));
          const ended = runs.filter(({ state }) => !isUnderWay(state));
          return (
            <>
              <InProduction models={models} />
              <Section title="Classify a photo">
                <TakePhotos onTaken={classify} />
                <p className={classes.or}>Or try a sample:</p>
                <Samples samples={samples} onChosen={classify} />
              </Section>
              {underWay.length > 0 && (
                <Section title="Runs under way">
                  <RunLines label="Runs under way" runs={underWay} />
                </Section>
              )}
              {ended.length > 0 && (
                <Section title="Latest runs">
                  <RunLines label="Latest runs" runs={ended} />
                </Section>
              )}
            </>
          );
        }}
      </Answer>
    </>
  );
}
