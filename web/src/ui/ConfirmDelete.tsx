import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Problem } from './Problem';
import { useTask } from './useTask';

/** Asks before deleting, and shows why the hub refused. */
export function ConfirmDelete({
  label,
  what,
  toType = null,
  remove,
  keep,
}: {
  /** Accessible name. */
  readonly label: string;
  /** What is deleted, as in "Delete …?" */
  readonly what: string;
  /** Text that must be typed first; null: none. */
  readonly toType?: string | null;
  readonly remove: () => Promise<unknown>;
  readonly keep: () => void;
}) {
  const { busy, problem, run } = useTask();
  const [typed, setTyped] = useState('');
  return (
    <Stack gap="xs" pb="xs" maw="44rem">
      <Group gap="xs" role="group" aria-label={label}>
        <Text>Delete {what}? This cannot be undone.</Text>
        {toType !== null && (
          <TextInput
            size="xs"
            label={`Type ${toType} to continue`}
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            autoComplete="off"
          />
        )}
        <Button
          size="xs"
          variant="default"
          c="var(--hub-bad)"
          loading={busy}
          disabled={toType !== null && typed !== toType}
          onClick={() => void run(remove)}
        >
          Delete
        </Button>
        <Button size="xs" variant="default" onClick={keep}>
          Keep
        </Button>
      </Group>
      {problem !== null && <Problem title="Not deleted" message={problem} />}
    </Stack>
  );
}
