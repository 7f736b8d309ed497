import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props extends ButtonProps {
  readonly reason: string;
  readonly children: ReactNode;
}

/** A button that cannot be pressed. It keeps its place in the order of Tab, and says why by pointer, key, touch and speech. */
export function RefusedButton({ reason, children, ...look }: Props) {
  return (
    <Tooltip label={reason} multiline maw="20rem" events={{ hover: true, focus: true, touch: true }}>
      <Button {...look} loading={false} data-disabled aria-disabled aria-description={reason}>
        {children}
      </Button>
    </Tooltip>
  );
}
