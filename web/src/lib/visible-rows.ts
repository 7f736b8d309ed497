/** Indexes of rendered rows: the first, and the one after the last. */
export interface VisibleRows {
  readonly from: number;
  readonly to: number;
}

/**
 * The visible rows of a list with rows of equal height, and `beyond` more on both sides. A library for rows of any height
 * would be as large as the rest of the list.
 * @param scrolled pixels above the window. @param height pixels of the window. @param row pixels of a row.
 */
export function visibleRows(
  count: number,
  { scrolled, height, row, beyond }: Readonly<Record<'scrolled' | 'height' | 'row' | 'beyond', number>>,
): VisibleRows {
  const seen = Math.ceil(height / row) + 1;
  const first = Math.min(Math.floor(scrolled / row), Math.max(0, count - seen));
  return { from: Math.max(0, first - beyond), to: Math.min(count, first + seen + beyond) };
}
