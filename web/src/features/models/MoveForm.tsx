import { Button, Checkbox, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';

/** What someone has said who moves an alias. */
export interface Said {
  readonly reason: string;
  readonly overrideGate: boolean;
}

/** Asks why an alias is moved, and for what makes the move deliberate. What was typed stays when the hub refuses. */
export function MoveForm({
  action,
  toType,
  mayOverride,
  children,
  onMove,
}: {
  /** What the button says. */
  readonly action: string;
  /** What has to be typed first; null where nothing has to. */
  readonly toType: string | null;
  /** The gate refuses: it must be overridden. */
  readonly mayOverride: boolean;
  readonly children?: ReactNode;
  readonly onMove: (said: Said) => Promise<unknown>;
}) {
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [overrideGate, setOverrideGate] = useState(false);
  const { busy, problem, run } = useTask();
  const ready = reason.trim() !== '' && (toType === null || typed === toType) && (!mayOverride || overrideGate);

  const move = (event: FormEvent): void => {
    event.preventDefault();
    void run(() => onMove({ reason: reason.trim(), overrideGate: mayOverride && overrideGate }));
  };

  return (
    <form onSubmit={move}>
      <Stack maw={560} gap="sm">
        <Textarea
          label="Why"
          description="Stays with the move for whoever looks back."
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
          maxLength={1000}
          autosize
          required
        />
        {mayOverride && (
          <Checkbox
            label="Move it though the gate refuses. This stays on record, with the reason."
            checked={overrideGate}
            onChange={({ currentTarget }) => setOverrideGate(currentTarget.checked)}
          />
        )}
        {toType !== null && (
          <TextInput
            label={`Type ${toType} to go on`}
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            autoComplete="off"
          />
        )}
        {problem !== null && <Problem title="The hub refuses" message={problem} />}
        <Group>
          <Button type="submit" disabled={!ready} loading={busy}>
            {action}
          </Button>
          {children}
        </Group>
      </Stack>
    </form>
  );
}
