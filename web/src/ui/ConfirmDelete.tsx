import { Button, Group, Stack, Text } from '@mantine/core';
import { Problem } from './Problem';
import { useTask } from './useTask';

/** Asks before deleting, and shows why the hub refused. */
export function ConfirmDelete({
  label,
  what,
  remove,
  keep,
}: {
  /** Accessible name. */
  readonly label: string;
  /** What is deleted, as in "Delete …?" */
  readonly what: string;
  readonly remove: () => Promise<unknown>;
  readonly keep: () => void;
}) {
  const { busy, problem, run } = useTask();
  return (
    <Stack gap="xs" pb="xs" maw="44rem">
      <Group gap="xs" role="group" aria-label={label}>
        <Text>Delete {what}? This cannot be undone.</Text>
        <Button size="xs" variant="default" c="var(--hub-bad)" loading={busy} onClick={() => void run(remove)}>
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
