import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { ScrollBox } from './ScrollBox';

interface Props {
  /** What is in it, for who does not see it. */
  readonly label: string;
  /** In pixels; where there is less it scrolls. */
  readonly minWidth: number;
  readonly children: ReactNode;
}

/** A table that scrolls sideways where the page is narrow. */
export function WideTable({ label, minWidth, children }: Props) {
  return (
    <ScrollBox label={label} minWidth={minWidth}>
      <Table aria-label={label} highlightOnHover>
        {children}
      </Table>
    </ScrollBox>
  );
}
