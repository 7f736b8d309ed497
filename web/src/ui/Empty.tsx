import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** An empty state: what is missing and how to get it. */
export function Empty({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text: ReactNode;
  /** Buttons or links to resolve it. */
  readonly children?: ReactNode;
}) {
  return (
    <Stack gap="xs" py="xl" align="flex-start">
      <Title order={2}>{title}</Title>
      <Text c="dimmed">{text}</Text>
      {children && <Group>{children}</Group>}
    </Stack>
  );
}
