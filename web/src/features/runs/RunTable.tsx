import { VisuallyHidden } from '@mantine/core';
import { useMergedRef, useResizeObserver } from '@mantine/hooks';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Direction, SortKey } from '../../lib/runs-view';
import { visibleRows } from '../../lib/visible-rows';
import type { Column } from './columns';
import { RunRow } from './RunRow';
import classes from './RunTable.module.css';

/** Pixels, as in the style sheet. */
const ROW_HEIGHT = 32;
/** Rows rendered outside the window on each side; even tall windows have fewer than 80 rows. */
const BEYOND = 4;
/** Pixels, until measured. */
const UNKNOWN_HEIGHT = 800;

interface Props {
  readonly ids: readonly string[];
  readonly columns: readonly Column[];
  /** Accessible name; a table within a group is as high as its runs need, up to a bound. */
  readonly group?: string;
  /** Whether more follow. */
  readonly more: boolean;
  readonly selected: readonly string[];
  readonly sort: SortKey;
  readonly direction: Direction;
  /** Whether rows refresh themselves on changes. */
  readonly alone: boolean;
  readonly onSelect: (ids: readonly string[]) => void;
  readonly onSort: (by: SortKey, direction: Direction) => void;
  /** Called when the end of the loaded rows becomes visible. */
  readonly onEnd: () => void;
  /** Called with whether the list is scrolled to its top. */
  readonly onTop: (top: boolean) => void;
}

/** A list of any number of runs, of which only the visible rows are rendered. */
export function RunTable(props: Props) {
  const { ids, columns, group, more, selected, sort, direction, alone, onSelect, onSort, onEnd, onTop } = props;
  const box = useRef<HTMLDivElement>(null);
  const [observe, { height }] = useResizeObserver<HTMLElement>();
  const both = useMergedRef(box, observe);
  const [scrolled, setScrolled] = useState(0);
  const view = { scrolled, height: height || UNKNOWN_HEIGHT, row: ROW_HEIGHT, beyond: BEYOND };
  const { from, to } = visibleRows(ids.length, view);
  const nearEnd = more && to >= ids.length - BEYOND;
  useEffect(() => {
    if (nearEnd) onEnd();
  }, [nearEnd, onEnd]);
  const onScroll = (): void => {
    const top = box.current?.scrollTop ?? 0;
    setScrolled(Math.floor(top / ROW_HEIGHT) * ROW_HEIGHT); // rows change only when a whole row scrolls
    onTop(top === 0);
  };

  const select = useSelection(ids, selected, onSelect);
  return (
    <section
      ref={both}
      className={classes.box}
      aria-label={group === undefined ? 'List of runs' : `Runs of ${group}`}
      data-part={group !== undefined || undefined}
      data-grouped={sort === 'CREATED_AT' ? direction : undefined}
      onScroll={onScroll}
    >
      <table className={classes.table} aria-rowcount={more ? -1 : ids.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th className={classes.select}>
              <VisuallyHidden>Select</VisuallyHidden>
            </th>
            {columns.map((column) => (
              <Head key={column.key} {...{ column, sort, direction, onSort }} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Space rows={from} />
          {ids.slice(from, to).map((id, i) => {
            const order = selected.indexOf(id);
            return (
              <RunRow
                key={id}
                {...{ id, columns, alone }}
                place={from + i}
                selected={order < 0 ? null : order}
                onSelect={select}
              />
            );
          })}
          <Space rows={ids.length - to} />
        </tbody>
      </table>
    </section>
  );
}

/** Placeholder for rows that are not rendered. */
function Space({ rows }: { readonly rows: number }) {
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row without cells gets no focus
  return rows > 0 && <tr aria-hidden="true" style={{ height: rows * ROW_HEIGHT }} />;
}

interface HeadProps extends Pick<Props, 'sort' | 'direction' | 'onSort'> {
  readonly column: Column;
}

function Head({ column: { label, look, title, wide, sort: by }, sort, direction, onSort }: HeadProps) {
  const sorted = by === sort;
  const turned = sorted && direction === 'DESCENDING' ? 'ASCENDING' : 'DESCENDING';
  const order = sorted && { 'aria-sort': direction === 'ASCENDING' ? ('ascending' as const) : ('descending' as const) };
  return (
    <th className={classes[look]} data-wide={wide} title={title} {...order}>
      {by ? (
        <button type="button" className={classes.sort} onClick={() => onSort(by, turned)}>
          {label}
        </button>
      ) : (
        label
      )}
    </th>
  );
}

/** Selecting with Shift covers the range from the row selected before. */
function useSelection(ids: readonly string[], selected: readonly string[], onSelect: (ids: readonly string[]) => void) {
  const now = useRef({ ids, selected, onSelect });
  useEffect(() => {
    now.current = { ids, selected, onSelect };
  });
  const before = useRef<number | null>(null);
  return useCallback((place: number, on: boolean, through: boolean) => {
    const { ids, selected, onSelect } = now.current;
    const from = through && before.current !== null ? before.current : place;
    before.current = place;
    const touched = ids.slice(Math.min(from, place), Math.max(from, place) + 1);
    onSelect(on ? [...new Set([...selected, ...touched])] : selected.filter((id) => !touched.includes(id)));
  }, []);
}
