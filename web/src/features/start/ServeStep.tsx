import { useMutation } from '@apollo/client/react';
import { Button, Group, Text } from '@mantine/core';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import type { StepState } from '../../lib/first-steps';
import { messageOf } from '../../ui/Answer';
import { Step } from './Step';

export const ServeStep_query = graphql(`
  fragment ServeStep_query on Query {
    trained: runs(filter: { states: [SUCCEEDED] }, page: { first: 1 }) {
      runs { id datasetVersion { id dataset } }
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
  const [run] = readFragment(ServeStep_query, query).trained.runs;
  const [register, registering] = useMutation(REGISTER_MODEL);
  const [promote, promoting] = useMutation(PROMOTE);
  const error = registering.error ?? promoting.error;

  const serve = async (runId: string, model: string): Promise<void> => {
    try {
      const { data } = await register({ variables: { input: { runId, model } } });
      if (!data) return;
      const { number: version } = data.registerModelVersion;
      await promote({ variables: { input: { model, version, reason: 'First model, from the start page' } } });
      refetch();
    } catch {
      // The refused mutation shows its error below.
    }
  };

  return (
    <Step number={3} title="Classify" state={state}>
      <Text mb="xs">A version in production says what a photo shows and how confident it is.</Text>
      {error && (
        <Text role="alert" c="var(--hub-bad)" mb="xs">
          {messageOf(error)}
        </Text>
      )}
      {state === 'next' && run && (
        <Group>
          <Button
            loading={registering.loading || promoting.loading}
            onClick={() => void serve(run.id, run.datasetVersion.dataset)}
          >
            Put into production
          </Button>
        </Group>
      )}
    </Step>
  );
}
