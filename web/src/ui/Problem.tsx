import { Alert, Button, Group, Text } from '@mantine/core';

/** An error: what happened, why, and what to do. */
export function Problem({
  title = 'That did not work',
  message,
  retry,
}: {
  readonly title?: string;
  readonly message: string;
  readonly retry?: () => unknown;
}) {
  return (
    <Alert variant="outline" color="red" title={title} role="alert" styles={{ title: { color: 'var(--hub-bad)' } }}>
      <Text>{message}</Text>
      {retry && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={() => void retry()}>
            Try again
          </Button>
        </Group>
      )}
    </Alert>
  );
}
