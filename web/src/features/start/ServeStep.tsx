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

/** What the newest run made is kept as a model, and answers from then on. */
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
      // The mutation that was refused says why, below.
    }
  };

  return (
    <Step number={3} title="Classify" state={state}>
      <Text mb="xs">A version in production answers what a photo shows, with how sure it is.</Text>
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
            Put it into production
          </Button>
        </Group>
      )}
    </Step>
  );
}
