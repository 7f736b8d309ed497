import { validate as isUuid } from 'uuid';
import { HubError } from '../errors.js';

/** A wish for a part of a list. */
export interface PageRequest {
  /** Most items. */
  readonly first: number;
  /** The cursor of an item, after which the page begins; null for the beginning of the list. */
  readonly after: string | null;
}

/** A part of a list, in its order. */
export interface Page<T> {
  readonly items: readonly { readonly item: T; readonly cursor: string }[];
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  /** Number of items of the whole list. */
  readonly count: () => Promise<number>;
}

/**
 * A page of rows that the database has filtered and sorted.
 * @param rows at most one more than the page has room for: it tells whether the list goes on.
 */
export function pageOfRows<Row, T>(
  rows: readonly Row[],
  { first, after }: PageRequest,
  toItems: (rows: Row[]) => readonly T[],
  cursorOf: (row: Row) => string,
  count: () => Promise<number>,
): Page<T> {
  const shown = rows.slice(0, first);
  const items = toItems(shown).map((item, index) => ({ item, cursor: cursorOf(shown[index] as Row) }));
  return { items, hasPrevious: after !== null, hasNext: rows.length > first, count };
}

/** A page of a list in memory, whose cursors are positions from 0. */
export function pageOfList<Row, T>(
  list: readonly Row[],
  { first, after }: PageRequest,
  toItem: (row: Row) => T,
): Page<T> {
  const from = after === null ? 0 : numberOf(after) + 1;
  const items = list
    .slice(from, from + first)
    .map((row, index) => ({ item: toItem(row), cursor: String(from + index) }));
  return { items, hasPrevious: from > 0, hasNext: from + first < list.length, count: async () => list.length };
}

/** The cursor of the next page; null on the last one. */
export function nextAfter({ items, hasNext }: Page<unknown>): string | null {
  return hasNext ? (items.at(-1)?.cursor ?? null) : null;
}

/** The number that a cursor is. @throws BAD_INPUT for other cursors. */
export function numberOf(after: string): number {
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw wrongCursor(after);
}

/** The id that a cursor is. @throws BAD_INPUT for other cursors. */
export function idOf(after: string): string {
  if (isUuid(after)) return after;
  throw wrongCursor(after);
}

/** The condition of rows before one in a list whose newest come first. Ids are in the order of creation. */
export function olderThan(after: string | null): { id?: { lt: string } } {
  return after === null ? {} : { id: { lt: idOf(after) } };
}

/** The refusal of a cursor of another list, filter or sort. */
export function wrongCursor(after: string): HubError {
  const message = `"after" must be the "endCursor" of a page of the same list; "${after.slice(0, 100)}" is not one.`;
  return new HubError('BAD_INPUT', message, { after });
}
