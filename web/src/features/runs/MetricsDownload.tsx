import { useApolloClient } from '@apollo/client/react';
import { Button, Group } from '@mantine/core';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';
import { saveEpochTable } from './export';

/** Downloads of the metrics of a run's epochs. */
export function MetricsDownload({ id }: { readonly id: string }) {
  const client = useApolloClient();
  const { busy, problem, run } = useTask();
  return (
    <>
      <Group gap="xs">
        {(['csv', 'json'] as const).map((format) => (
          <Button
            key={format}
            size="xs"
            variant="default"
            loading={busy}
            onClick={() => void run(() => saveEpochTable(client, format, id))}
          >
            Metrics as {format.toUpperCase()}
          </Button>
        ))}
      </Group>
      {problem && <Problem message={problem} />}
    </>
  );
}
