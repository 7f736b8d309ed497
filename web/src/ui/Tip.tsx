import { Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';

/** A text about a control, shown by pointer, key and touch. */
export function Tip({ text, children }: { readonly text: string; readonly children: ReactElement }) {
  return (
    <Tooltip label={text} multiline maw="20rem" events={{ hover: true, focus: true, touch: true }}>
      {children}
    </Tooltip>
  );
}
