import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** Rows between hairlines. A head that begins with a space is of a column of numbers. */
export function DataTable({
  label,
  heads,
  rows,
}: {
  readonly label: string;
  readonly heads: readonly string[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
}) {
  const styleOf = (column: number): string => (heads[column]?.startsWith(' ') ? 'number' : '');
  return (
    <Table.ScrollContainer minWidth={0} tabIndex={0} aria-label={label}>
      <Table verticalSpacing={4} highlightOnHover aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head, column) => (
              <Table.Th key={head} className={styleOf(column)}>
                {head.trim()}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ key, cells }) => (
            <Table.Tr key={key}>
              {cells.map((cell, column) => (
                <Table.Td key={heads[column]} className={styleOf(column)}>
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
