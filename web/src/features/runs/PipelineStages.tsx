import { useQuery } from '@apollo/client/react';
import { Group, Title } from '@mantine/core';
import { useRefreshOn } from '../../app/changes';
import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { nodesOf } from '../../lib/connection';
import { formatShare } from '../../lib/format';
import { KIND_NAMES } from '../../lib/runs';
import { Answer } from '../../ui/Answer';
import classes from './PipelineStages.module.css';
import { RunLink } from './RunLink';
import { StateMark } from './StateMark';

export const PIPELINE_STAGES = graphql(`
  fragment PipelineStages_run on Run {
    id
    stage { pipelineId pipeline number of }
  }
`);

const PIPELINE_RUNS = graphql(`
  query PipelineRuns($pipelineId: ID!) {
    runs(filter: { pipelineId: $pipelineId }) {
      edges { node { id kind state testAccuracy stage { pipelineId pipeline number of } } }
    }
  }
`);

type Stage = NonNullable<ResultOf<typeof PIPELINE_STAGES>['stage']>;

/** The runs of a run's pipeline, in order. Renders nothing for the only run of one. */
export function PipelineStages({ run: of }: { readonly run: FragmentOf<typeof PIPELINE_STAGES> }) {
  const { id, stage } = readFragment(PIPELINE_STAGES, of);
  return stage && stage.of > 1 && <Stages id={id} stage={stage} />;
}

function Stages({ id, stage: { pipelineId, pipeline, number, of } }: { readonly id: string; readonly stage: Stage }) {
  const asked = useQuery(PIPELINE_RUNS, { variables: { pipelineId } });
  useRefreshOn(['RUN'], () => asked.refetch());
  return (
    <section aria-labelledby="stages" className={classes.stages}>
      <Title order={2} id="stages">
        Stage {number} of {of} of the recipe “{pipeline}”
      </Title>
      <Answer of={asked}>
        {({ runs }) => (
          <ol className={classes.list}>
            {nodesOf(runs)
              .toSorted((a, b) => (a.stage?.number ?? 0) - (b.stage?.number ?? 0))
              .map((run) => (
                <li key={run.id} value={run.stage?.number} aria-current={run.id === id ? 'page' : undefined}>
                  <Group component="span" display="inline-flex" gap="sm">
                    {KIND_NAMES[run.kind]}
                    <RunLink id={run.id} />
                    <StateMark state={run.state} />
                    {run.testAccuracy !== null && <span>Test accuracy {formatShare(run.testAccuracy, 2)}</span>}
                  </Group>
                </li>
              ))}
          </ol>
        )}
      </Answer>
    </section>
  );
}
