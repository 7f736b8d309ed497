import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { ScrollBox } from './ScrollBox';

interface Props {
  /** Accessible name. */
  readonly label: string;
  /** Pixels below which it scrolls. */
  readonly minWidth: number;
  readonly children: ReactNode;
}

/** A table that scrolls sideways on narrow pages. */
export function WideTable({ label, minWidth, children }: Props) {
  return (
    <ScrollBox label={label} minWidth={minWidth}>
      <Table aria-label={label} highlightOnHover>
        {children}
      </Table>
    </ScrollBox>
  );
}
