import { type ReactNode, useState } from 'react';
import classes from './DataTable.module.css';
import { Pager } from './Pager';
import { ScrollBox } from './ScrollBox';

/** Rows per page. */
const PAGE = 50;

interface Row {
  readonly key: string;
  readonly cells: readonly ReactNode[];
  /** Whether it is the one that the page is about. */
  readonly current?: boolean;
}

/** Cells that a list leaves out. */
const EMPTY: readonly ReactNode[] = [null, undefined, false, ''];

/**
 * A paged table; on a phone, a list whose items name their columns. A head that begins with a space marks a column of numbers.
 * Its cells without content are left out.
 */
export function DataTable({
  label,
  heads,
  rows,
}: {
  readonly label: string;
  readonly heads: readonly string[];
  readonly rows: readonly Row[];
}) {
  const [turned, setTurned] = useState(1);
  const page = Math.max(1, Math.min(turned, Math.ceil(rows.length / PAGE))); // rows may have become fewer
  const styleOf = (column: number): string | undefined => (heads[column]?.startsWith(' ') ? classes.number : undefined);
  return (
    <>
      <ScrollBox label={label}>
        <table className={classes.table} aria-label={label}>
          <thead>
            <tr>
              {heads.map((head, column) => (
                <th key={head} scope="col" className={styleOf(column)}>
                  {head.trim()}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice((page - 1) * PAGE, page * PAGE).map(({ key, cells, current }) => (
              <tr key={key} aria-current={current || undefined}>
                {cells.map((cell, column) => (
                  <td
                    key={heads[column]}
                    className={styleOf(column)}
                    data-label={heads[column]?.trim()}
                    data-empty={EMPTY.includes(cell) || undefined}
                  >
                    <div className={classes.content}>{cell}</div>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <Pager page={page} size={PAGE} total={rows.length} onPage={setTurned} of={label.toLowerCase()} />
    </>
  );
}
