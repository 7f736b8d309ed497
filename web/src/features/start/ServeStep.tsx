import { useMutation } from '@apollo/client/react';
import { Group, Text } from '@mantine/core';
import { ActionButton } from '../../app/ActionButton';
import { OUTLIVES_PAGE } from '../../app/client';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { nodesOf } from '../../lib/connection';
import type { StepState } from '../../lib/first-steps';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';
import { onceReady } from '../models/once-ready';
import { Step } from './Step';

export const ServeStep_query = graphql(`
  fragment ServeStep_query on Query {
    trained: runs(filter: { states: [SUCCEEDED] }, first: 1) {
      edges { node { id datasetVersion { id dataset } } }
    }
  }
`);

const REGISTER_MODEL = graphql(`
  mutation RegisterFirstModel($input: RegisterModelVersionInput!) {
    registerModelVersion(input: $input) { id model number }
  }
`);
const PROMOTE = graphql(`
  mutation PromoteFirstModel($input: PromoteModelVersionInput!) {
    promoteModelVersion(input: $input) { id aliases }
  }
`);

/** Step 3: registers the latest run as a model and promotes it. */
export function ServeStep({
  query,
  state,
  refetch,
}: {
  readonly query: FragmentOf<typeof ServeStep_query>;
  readonly state: StepState;
  readonly refetch: () => unknown;
}) {
  const [run] = nodesOf(readFragment(ServeStep_query, query).trained);
  const [register] = useMutation(REGISTER_MODEL, { context: OUTLIVES_PAGE });
  const [promote] = useMutation(PROMOTE);
  const task = useTask();

  const serve = async (runId: string, model: string): Promise<void> => {
    // A second click after a reload gets the same version.
    const { data } = await register({ variables: { input: { runId, model } } });
    if (!data) return;
    const { number: version } = data.registerModelVersion;
    const variables = { input: { model, version, reason: 'First model, from the start page' } };
    await onceReady(() => promote({ variables }));
    refetch();
  };

  return (
    <Step number={3} title="Classify" state={state}>
      <Text mb="xs">A version in production says what a photo shows and how confident it is.</Text>
      {task.problem !== null && <Problem message={task.problem} />}
      {state === 'next' && run && (
        <Group>
          <ActionButton
            needs="promoteModelVersion"
            loading={task.busy}
            onClick={() => task.run(() => serve(run.id, run.datasetVersion.dataset))}
          >
            Put into production
          </ActionButton>
          {task.busy && <Text size="sm">Measuring its speed and calibrating its probabilities first…</Text>}
        </Group>
      )}
    </Step>
  );
}
