/** A stop of a lineage. */
export interface Stop {
  readonly id: string;
  /** Ids of the stops that it was made from. */
  readonly from: readonly string[];
}

/** A stop with its place, in columns and rows. */
export interface Placed<T extends Stop> {
  readonly stop: T;
  /** From 0: one more than the last of the stops that it was made from. */
  readonly column: number;
  /** From 0, centered: a column with fewer stops than the tallest begins lower. */
  readonly row: number;
}

/** Places stops in columns, so that each is to the right of what it was made from. @param stops in an order of making. */
export function placeStops<T extends Stop>(
  stops: readonly T[],
): { readonly placed: readonly Placed<T>[]; readonly columns: number; readonly rows: number } {
  const columnOf = new Map<string, number>();
  for (const { id, from } of stops) {
    const before = from.map((other) => columnOf.get(other) ?? -1);
    columnOf.set(id, Math.max(-1, ...before) + 1);
  }
  const columns = Math.max(-1, ...columnOf.values()) + 1;
  const inColumn = Array.from({ length: columns }, (_, column) =>
    stops.filter(({ id }) => columnOf.get(id) === column),
  );
  const rows = Math.max(0, ...inColumn.map(({ length }) => length));
  const placed = inColumn.flatMap((all, column) =>
    all.map((stop, i) => ({ stop, column, row: (rows - all.length) / 2 + i })),
  );
  return { placed, columns, rows };
}
