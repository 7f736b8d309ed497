import { useApolloClient } from '@apollo/client/react';
import { Button, Group } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { isAllowed } from '../../lib/runs';
import { urls } from '../../lib/urls';
import { ConfirmDelete } from '../../ui/ConfirmDelete';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';
import { RegisterModel } from './RegisterModel';
import { CANCEL, DELETE, RESUME, TAG } from './run-actions';
import { TagForm } from './TagForm';

export const RUN_ACTIONS = graphql(`
  fragment RunActions_run on Run {
    id state tags
  }
`);

const REPRODUCE = graphql(`
  mutation ReproduceRun($id: ID!) {
    reproduceRun(id: $id) { id }
  }
`);

/** The actions on a run. */
export function RunActions({ run: of }: { readonly run: FragmentOf<typeof RUN_ACTIONS> }) {
  const { id, state, tags } = readFragment(RUN_ACTIONS, of);
  const client = useApolloClient();
  const navigate = useNavigate();
  const { busy, problem, run } = useTask();
  const [open, setOpen] = useState<'register' | 'tags' | 'delete' | null>(null);
  const close = (): void => setOpen(null);
  const variables = { id };
  const act = (label: string, task: () => Promise<unknown>): ReactNode => (
    <Button size="xs" variant="default" disabled={busy} onClick={() => void run(task)}>
      {label}
    </Button>
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
          <Button size="xs" onClick={() => setOpen('register')}>
            Register as model version…
          </Button>
        )}
        {isAllowed('cancel', state) && act('Cancel', () => client.mutate({ mutation: CANCEL, variables }))}
        {isAllowed('resume', state) && act('Resume', () => client.mutate({ mutation: RESUME, variables }))}
        <Button size="xs" variant="default" component={Link} to={urls.runAgain(id)}>
          Run again with changes
        </Button>
        {state === 'SUCCEEDED' && (
          <>
            <Button size="xs" variant="default" component={Link} to={urls.fineTune(id)}>
              Fine-tune from here
            </Button>
            {act('Reproduce', reproduce)}
          </>
        )}
        <Button size="xs" variant="default" component={Link} to={urls.runs([id])}>
          Compare…
        </Button>
        <Button size="xs" variant="default" onClick={() => setOpen('tags')}>
          {tags.length > 0 ? `Tags: ${tags.join(', ')}` : 'Tag…'}
        </Button>
        {isAllowed('delete', state) && (
          <Button size="xs" variant="default" onClick={() => setOpen('delete')}>
            Delete…
          </Button>
        )}
      </Group>
      {open === 'register' && <RegisterModel runId={id} close={close} />}
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
