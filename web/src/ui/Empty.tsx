import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** Nothing is here yet: says what would be, and how it comes to be. */
export function Empty({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text: ReactNode;
  /** What to do about it. */
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
