import { useApolloClient, useFragment } from '@apollo/client/react';
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { graphql, type Operation, type ResultOf } from '../../graphql';
import { shortId } from '../../lib/format';
import { isAllowed, type RunAction } from '../../lib/runs';
import { urls } from '../../lib/urls';
import { messageOf } from '../../ui/Answer';
import { ConfirmDelete } from '../../ui/ConfirmDelete';
import { Problem } from '../../ui/Problem';
import { RefusedButton } from '../../ui/RefusedButton';
import { useTask } from '../../ui/useTask';
import { CANCEL, DELETE, MOVE, QUEUE, RESUME, TAG, TAGS } from './run-actions';
import classes from './SelectionBar.module.css';
import { TagForm } from './TagForm';

const SELECTABLE = graphql(`
  fragment SelectionBar_run on Run {
    id state mayNotDelete
  }
`);

/** Numbers of runs that the hub compares. */
const COMPARED = { least: 2, most: 10 } as const;

interface Props {
  readonly ids: readonly string[];
  readonly onSelect: (ids: readonly string[]) => void;
}

/** The actions on the selected runs. */
export function SelectionBar({ ids, onSelect }: Props) {
  const client = useApolloClient();
  const { busy, problem, run } = useTask();
  const [asking, setAsking] = useState<'tag' | 'delete' | null>(null);
  const runs = useKnown(ids);
  const fitting = (action: RunAction): string[] =>
    runs.filter(({ state }) => isAllowed(action, state)).map(({ id }) => id);
  const ended = fitting('delete');
  const refusals = new Map(runs.map(({ id, mayNotDelete }) => [id, mayNotDelete]));
  const deletable = ended.filter((id) => refusals.get(id) === null);
  const refusal = refusals.get(ended[0] ?? '') ?? null;
  const movable = fitting('move');
  const [moved] = movable.length === 1 ? movable : [];
  const each = (targets: readonly string[], act: (id: string) => Promise<unknown>): Promise<boolean> =>
    run(() => tryAll(targets, act));

  const moveFirst = async (id: string): Promise<void> => {
    const { data } = await client.query({ query: QUEUE, fetchPolicy: 'network-only' });
    const first = data?.runs.edges.find(({ node }) => node.queuePosition === 1)?.node;
    if (first && first.id !== id) await client.mutate({ mutation: MOVE, variables: { id, before: first.id } });
  };
  const remove = async (): Promise<void> => {
    const gone: string[] = [];
    try {
      await tryAll(deletable, async (id) => {
        await client.mutate({ mutation: DELETE, variables: { id } });
        gone.push(id);
      });
      setAsking(null);
    } finally {
      onSelect(ids.filter((id) => !gone.includes(id)));
    }
  };

  const tagAll = (added: string[]): Promise<void> =>
    tryAll(ids, async (id) => {
      const { data } = await client.query({ query: TAGS, variables: { id }, fetchPolicy: 'network-only' });
      const tags = [...new Set([...(data?.run?.tags ?? []), ...added])];
      await client.mutate({ mutation: TAG, variables: { id, tags } });
    });

  const comparable = ids.length >= COMPARED.least && ids.length <= COMPARED.most;
  return (
    <>
      <Group className={classes.bar ?? ''} gap="xs" role="toolbar" aria-label="Selected runs">
        <Text fw={600}>{ids.length} selected</Text>
        {comparable ? (
          <Button size="xs" variant="default" component={Link} to={urls.compareRuns(ids)}>
            Compare {ids.length}
          </Button>
        ) : (
          <Text c="dimmed">
            {ids.length < COMPARED.least ? 'Select one more to compare' : `Select at most ${COMPARED.most} to compare`}
          </Text>
        )}
        <Action
          label="Cancel"
          needs="cancelRun"
          ids={fitting('cancel')}
          busy={busy}
          act={(targets) => each(targets, (id) => client.mutate({ mutation: CANCEL, variables: { id } }))}
        />
        <Action
          label="Resume"
          needs="resumeRun"
          ids={fitting('resume')}
          busy={busy}
          act={(targets) => each(targets, (id) => client.mutate({ mutation: RESUME, variables: { id } }))}
        />
        {moved && (
          <>
            <Action
              label="Move to front of queue"
              needs="moveRun"
              ids={movable}
              busy={busy}
              act={() => run(() => moveFirst(moved))}
            />
            <Action
              label="Move to end of queue"
              needs="moveRun"
              ids={movable}
              busy={busy}
              act={() => run(() => client.mutate({ mutation: MOVE, variables: { id: moved } }))}
            />
          </>
        )}
        <ActionButton needs="tagRun" size="xs" variant="default" onClick={() => setAsking('tag')}>
          Tag…
        </ActionButton>
        <Action label="Delete…" needs="deleteRun" ids={deletable} busy={busy} act={() => setAsking('delete')} />
        {deletable.length === 0 && refusal !== null && (
          <RefusedButton reason={refusal} size="xs" variant="default">
            Delete…
          </RefusedButton>
        )}
        <Button size="xs" variant="subtle" color="gray" onClick={() => onSelect([])}>
          Clear selection
        </Button>
      </Group>
      {asking === 'delete' && (
        <ConfirmDelete
          label="Delete runs"
          what={`${deletable.length} ${deletable.length === 1 ? 'run' : 'runs'} with weights, predictions and logs`}
          remove={remove}
          keep={() => setAsking(null)}
        />
      )}
      {asking === 'tag' && <TagForm label="Tags to add" action="Add tags" tag={tagAll} close={() => setAsking(null)} />}
      {problem && <Problem message={problem} />}
    </>
  );
}

/** The selected runs that are in the cache; the others have not been loaded. */
function useKnown(ids: readonly string[]): ResultOf<typeof SELECTABLE>[] {
  const from = ids.map((id) => ({ __typename: 'Run', id }) as const);
  const { data } = useFragment({ fragment: SELECTABLE, from });
  return data.flatMap((run) => (isWhole(run) ? [run] : []));
}

const isWhole = (run: unknown): run is ResultOf<typeof SELECTABLE> =>
  typeof run === 'object' && run !== null && 'state' in run;

interface ActionProps {
  readonly label: string;
  readonly needs: Operation;
  /** Runs that it applies to; without any, there is no button. */
  readonly ids: readonly string[];
  readonly busy: boolean;
  readonly act: (ids: readonly string[]) => unknown;
}

function Action({ label, needs, ids, busy, act }: ActionProps) {
  if (ids.length === 0) return null;
  return (
    <ActionButton needs={needs} size="xs" variant="default" disabled={busy} onClick={() => act(ids)}>
      {label}
    </ActionButton>
  );
}

/** Acts on all, even if the hub refuses some. @throws Error that names the refused ones, with reasons. */
async function tryAll(ids: readonly string[], act: (id: string) => Promise<unknown>): Promise<void> {
  const refused: string[] = [];
  for (const id of ids) {
    await act(id).catch((error: unknown) => refused.push(`${shortId(id)}: ${messageOf(error)}`));
  }
  if (refused.length > 0) throw new Error(refused.join(' '));
}
