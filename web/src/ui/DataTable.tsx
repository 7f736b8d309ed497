import { Table } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Pager } from './Pager';

/** Rows on a page. */
const PAGE = 50;

/** Rows between hairlines, by pages. A head that begins with a space is of a column of numbers. */
export function DataTable({
  label,
  heads,
  rows,
}: {
  readonly label: string;
  readonly heads: readonly string[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
}) {
  const [page, setPage] = useState(1);
  const styleOf = (column: number): string => (heads[column]?.startsWith(' ') ? 'number' : '');
  return (
    <>
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
            {rows.slice((page - 1) * PAGE, page * PAGE).map(({ key, cells }) => (
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
      <Pager page={page} size={PAGE} total={rows.length} onPage={setPage} of={label.toLowerCase()} />
    </>
  );
}
