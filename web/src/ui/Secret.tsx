import { Alert, Button, Code, Group, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';

interface Props {
  readonly title: string;
  readonly secret: string;
  /** How to use it. */
  readonly use: string;
  readonly close: () => void;
}

/** A secret that the hub shows once. */
export function Secret({ title, secret, use, close }: Props) {
  const { copied, copy } = useClipboard();
  return (
    <Alert
      variant="outline"
      color="amber"
      title={title}
      role="status"
      my="sm"
      maw="44rem"
      styles={{ title: { color: 'var(--mantine-color-text)' } }}
    >
      <Text>{use} Copy it now: it is not shown again.</Text>
      <Code block my="xs" aria-label="Secret" style={{ overflowWrap: 'anywhere', whiteSpace: 'normal' }}>
        {secret}
      </Code>
      <Group gap="xs">
        <Button size="xs" onClick={() => copy(secret)}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
        <Button size="xs" variant="default" onClick={close}>
          Done
        </Button>
      </Group>
    </Alert>
  );
}
