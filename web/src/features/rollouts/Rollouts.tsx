import { Group } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useState } from 'react';
import { ActionButton } from '../../app/ActionButton';
import { type Enum, type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatDate, formatShare, formatWords } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';
import { EndRollout } from './EndRollout';
import { ROLLOUT, Rollout } from './Rollout';
import { StartRollout } from './StartRollout';

export const ROLLOUTS = graphql(`
  fragment Rollouts_rollout on Rollout {
    id alias mode share state startedAt endedAt outcome
    candidate { version }
  }
`);

interface Props {
  readonly model: string;
  readonly aliases: readonly { readonly name: string; readonly version: number }[];
  /** Numbers of all versions, newest first. */
  readonly versions: readonly number[];
  /** Newest first. */
  readonly of: readonly FragmentOf<typeof ROLLOUTS>[];
  /** The newest one, with all that is known of it. */
  readonly newest: FragmentOf<typeof ROLLOUT> | null;
  readonly refetch: () => unknown;
}

/** Milliseconds between two looks at a rollout that runs. */
const ASK_EVERY = 3_000;

/** The rollouts of a model: the running one and its end, a new one, those before. */
export function Rollouts({ model, aliases, versions, of, newest, refetch }: Props) {
  const [latest, ...earlier] = readFragment(ROLLOUTS, of);
  const running = latest?.state === 'RUNNING';
  const [open, setOpen] = useState<'start' | Enum<'RolloutOutcome'> | null>(null);
  const close = (): void => setOpen(null);
  const done = async (): Promise<void> => {
    close();
    await refetch();
  };
  useInterval(() => void (running && refetch()), ASK_EVERY, { autoInvoke: true });
  return (
    <>
      {newest ? (
        <Rollout of={newest} />
      ) : (
        <p>A rollout tries a version on real traffic before an alias points to it.</p>
      )}
      {open === null && (
        <Group gap="xs" my="xs">
          {latest && running ? (
            <>
              <ActionButton needs="endRollout" size="xs" onClick={() => setOpen('PROMOTE')}>
                Promote version {latest.candidate.version}…
              </ActionButton>
              <ActionButton needs="endRollout" size="xs" variant="default" onClick={() => setOpen('ABORT')}>
                End without promoting…
              </ActionButton>
            </>
          ) : (
            <ActionButton
              needs="startRollout"
              size="xs"
              variant="default"
              disabled={aliases.length === 0 || versions.length < 2}
              onClick={() => setOpen('start')}
            >
              Start a rollout…
            </ActionButton>
          )}
        </Group>
      )}
      {open === 'start' && <StartRollout {...{ model, aliases, versions, close }} onStarted={done} />}
      {latest && (open === 'PROMOTE' || open === 'ABORT') && (
        <EndRollout model={model} alias={latest.alias} outcome={open} onEnded={done} close={close} />
      )}
      {earlier.length > 0 && (
        <details>
          <summary>Earlier rollouts</summary>
          <DataTable
            label="Earlier rollouts"
            heads={['Version', 'Alias', 'Mode', ' Share', 'State', 'Started', 'Ended', 'Outcome']}
            rows={earlier.map((rollout) => ({
              key: rollout.id,
              cells: [
                rollout.candidate.version,
                rollout.alias,
                formatWords(rollout.mode),
                formatShare(rollout.share),
                formatWords(rollout.state),
                formatDate(rollout.startedAt),
                rollout.endedAt && formatDate(rollout.endedAt),
                <span key="outcome" className="prose">
                  {rollout.outcome}
                </span>,
              ],
            }))}
          />
        </details>
      )}
    </>
  );
}
