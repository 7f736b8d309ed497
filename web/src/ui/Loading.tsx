import { Skeleton, Stack } from '@mantine/core';

/** A skeleton for content that is loading. */
export function Loading({ lines = 6 }: { readonly lines?: number }) {
  return (
    <Stack gap="xs" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all lines are alike
        <Skeleton key={i} height={20} width={`${90 - ((i * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}
