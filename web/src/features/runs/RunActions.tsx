import { useApolloClient } from '@apollo/client/react';
import { Button, Group } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { type FragmentOf, graphql, type Operation, readFragment } from '../../graphql';
import { isAllowed } from '../../lib/runs';
import { urls } from '../../lib/urls';
import { ConfirmDelete } from '../../ui/ConfirmDelete';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';
import { LabelForm } from './LabelForm';
import { RegisterModel } from './RegisterModel';
import { CANCEL, DELETE, RESUME, TAG } from './run-actions';
import { TagForm } from './TagForm';

export const RUN_ACTIONS = graphql(`
  fragment RunActions_run on Run {
    id kind state tags name note mayNotDelete
  }
`);

const REPRODUCE = graphql(`
  mutation ReproduceRun($id: ID!) {
    reproduceRun(id: $id) { id }
  }
`);

/** The actions on a run. */
export function RunActions({ run: of }: { readonly run: FragmentOf<typeof RUN_ACTIONS> }) {
  const { id, kind, state, tags, name, note, mayNotDelete } = readFragment(RUN_ACTIONS, of);
  const client = useApolloClient();
  const navigate = useNavigate();
  const { busy, problem, run } = useTask();
  const [open, setOpen] = useState<'register' | 'label' | 'tags' | 'delete' | null>(null);
  const close = (): void => setOpen(null);
  const variables = { id };
  const act = (label: string, needs: Operation, task: () => Promise<unknown>): ReactNode => (
    <ActionButton needs={needs} size="xs" variant="default" disabled={busy} onClick={() => run(task)}>
      {label}
    </ActionButton>
  );
  const reproduce = async (): Promise<void> => {
    const { data } = await client.mutate({ mutation: REPRODUCE, variables });
    if (data) void navigate(urls.run(data.reproduceRun.id));
  };
  const remove = async (): Promise<void> => {
    await client.mutate({ mutation: DELETE, variables });
    void navigate(urls.runs());
  };
  const retag = (next: string[]): Promise<unknown> => client.mutate({ mutation: TAG, variables: { id, tags: next } });
  return (
    <>
      <Group gap="xs" py="xs" role="toolbar" aria-label="Actions on the run">
        {state === 'SUCCEEDED' && (
          <ActionButton needs="registerModelVersion" size="xs" onClick={() => setOpen('register')}>
            Register as model version…
          </ActionButton>
        )}
        {isAllowed('cancel', state) && act('Cancel', 'cancelRun', () => client.mutate({ mutation: CANCEL, variables }))}
        {isAllowed('resume', state) && act('Resume', 'resumeRun', () => client.mutate({ mutation: RESUME, variables }))}
        <ActionButton needs="cloneRun" size="xs" variant="default" to={urls.runAgain(id)}>
          Run again with changes
        </ActionButton>
        {state === 'SUCCEEDED' && (
          <>
            <ActionButton needs="startFineTuneRun" size="xs" variant="default" to={urls.fineTune(id)}>
              Fine-tune from here
            </ActionButton>
            {act('Reproduce', 'reproduceRun', reproduce)}
          </>
        )}
        {kind === 'TRANSFER' && (
          <ActionButton needs="startSweep" size="xs" variant="default" to={urls.sweepFrom(id)}>
            Sweep from here
          </ActionButton>
        )}
        <Button size="xs" variant="default" component={Link} to={urls.runs([id])}>
          Compare…
        </Button>
        <ActionButton needs="tagRun" size="xs" variant="default" onClick={() => setOpen('tags')}>
          {tags.length > 0 ? `Tags: ${tags.join(', ')}` : 'Tag…'}
        </ActionButton>
        <ActionButton needs="updateRun" size="xs" variant="default" onClick={() => setOpen('label')}>
          Name and note…
        </ActionButton>
        {isAllowed('delete', state) && (
          <ActionButton
            needs="deleteRun"
            refused={mayNotDelete}
            size="xs"
            variant="default"
            onClick={() => setOpen('delete')}
          >
            Delete…
          </ActionButton>
        )}
      </Group>
      {open === 'register' && <RegisterModel runId={id} close={close} />}
      {open === 'label' && <LabelForm {...{ id, name, note, close }} />}
      {open === 'tags' && <TagForm label="Tags" action="Save tags" initial={tags} tag={retag} close={close} />}
      {open === 'delete' && (
        <ConfirmDelete
          label="Delete the run"
          what="this run with its weights, predictions and log"
          remove={remove}
          keep={close}
        />
      )}
      {problem && <Problem message={problem} />}
    </>
  );
}
