import { useApolloClient } from '@apollo/client/react';
import { Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { graphql } from '../../graphql';
import { isAllowed, type RunState } from '../../lib/runs';
import { urls } from '../../lib/urls';
import { ConfirmDelete } from '../../ui/ConfirmDelete';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';

const CANCEL = graphql(`
  mutation CancelSweep($id: ID!) {
    cancelSweep(id: $id) { id state endedAt }
  }
`);

const DELETE = graphql(`
  mutation DeleteSweep($id: ID!) {
    deleteSweep(id: $id)
  }
`);

interface Props {
  readonly id: string;
  readonly state: RunState;
  /** The run of the best trial. */
  readonly runId: string | null;
  /** Why the token may not delete it; null if it may. */
  readonly mayNotDelete: string | null;
}

/** The actions on a sweep. */
export function SweepActions({ id, state, runId, mayNotDelete }: Props) {
  const client = useApolloClient();
  const navigate = useNavigate();
  const { busy, problem, run } = useTask();
  const [asking, { open, close }] = useDisclosure();
  const variables = { id };
  const remove = async (): Promise<void> => {
    await client.mutate({ mutation: DELETE, variables });
    void navigate(urls.sweeps);
  };
  return (
    <>
      <Group gap="xs" role="toolbar" aria-label="Actions on the sweep">
        {isAllowed('cancel', state) && (
          <ActionButton
            needs="cancelSweep"
            size="xs"
            variant="default"
            loading={busy}
            onClick={() => run(() => client.mutate({ mutation: CANCEL, variables }))}
          >
            Cancel
          </ActionButton>
        )}
        {runId && (
          <ActionButton needs="startSweep" size="xs" variant="default" to={urls.sweepFrom(runId)}>
            New sweep from the best
          </ActionButton>
        )}
        {isAllowed('delete', state) && !asking && (
          <ActionButton needs="deleteSweep" refused={mayNotDelete} size="xs" variant="default" onClick={open}>
            Delete…
          </ActionButton>
        )}
      </Group>
      {asking && (
        <ConfirmDelete label="Delete the sweep" what="this sweep with its trials" remove={remove} keep={close} />
      )}
      {problem !== null && <Problem message={problem} />}
    </>
  );
}
