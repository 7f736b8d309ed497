/** Rows that stand in the page, by place: the first, and the one behind the last. */
export interface RowsInSight {
  readonly from: number;
  readonly to: number;
}

/**
 * Of rows that are all equally high, those that are seen and some on both sides. A library for rows of any height is as
 * large as all the rest of the list.
 * @param scrolled pixels above what is seen. @param height pixels that are seen. @param row pixels of a row.
 */
export function rowsInSight(
  count: number,
  { scrolled, height, row, beyond }: Readonly<Record<'scrolled' | 'height' | 'row' | 'beyond', number>>,
): RowsInSight {
  const seen = Math.ceil(height / row) + 1;
  const first = Math.min(Math.floor(scrolled / row), Math.max(0, count - seen));
  return { from: Math.max(0, first - beyond), to: Math.min(count, first + seen + beyond) };
}
