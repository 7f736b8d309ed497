import { VisuallyHidden } from '@mantine/core';
import { useResizeObserver } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { type Placed, placeStops, type Stop } from '../../lib/lineage-layout';
import classes from './LineageGraph.module.css';

/** A stop with its texts. */
export interface LineageStop extends Stop {
  /** What it is, such as "Dataset version". */
  readonly kind: string;
  readonly name: string;
  /** Its page; none for what has none. */
  readonly to?: string | null;
  readonly note?: ReactNode;
  /** Whether the page is about it. */
  readonly current?: boolean;
}

const WIDTH = 172;
const HEIGHT = 76;
const GAP = { x: 40, y: 12 };

/** What something was made from, from left to right; a list where that does not fit. */
export function LineageGraph({ label, stops }: { readonly label: string; readonly stops: readonly LineageStop[] }) {
  const [observe, { width }] = useResizeObserver<HTMLDivElement>();
  const { placed, columns, rows } = placeStops(stops);
  const size = { width: columns * (WIDTH + GAP.x) - GAP.x, height: rows * (HEIGHT + GAP.y) - GAP.y };
  const isList = size.width > width;
  const names = new Map(stops.map(({ id, name }) => [id, name]));
  return (
    <div ref={observe}>
      {width > 0 && (
        <div className={classes.graph} style={isList ? undefined : size}>
          {!isList && <Edges placed={placed} {...size} />}
          <ol className={isList ? classes.list : classes.stops} aria-label={label}>
            {placed.map(({ stop, column, row }) => {
              const { id, kind, name, to, note, current, from } = stop;
              const origins = from.flatMap((other) => names.get(other) ?? []).join(' and ');
              const at = { left: leftOf(column), top: topOf(row), width: WIDTH, height: HEIGHT };
              return (
                <li
                  key={id}
                  className={classes.stop}
                  style={isList ? undefined : at}
                  aria-current={current ? 'page' : undefined}
                >
                  <span className={classes.kind}>{kind}</span>
                  {to && !current ? (
                    <Link className={classes.name} to={to} title={name}>
                      {name}
                    </Link>
                  ) : (
                    <span className={classes.name} title={name}>
                      {name}
                    </span>
                  )}
                  {note && <span className={classes.note}>{note}</span>}
                  {origins &&
                    (isList ? (
                      <span className={classes.note}>from {origins}</span>
                    ) : (
                      <VisuallyHidden>from {origins}</VisuallyHidden>
                    ))}
                </li>
              );
            })}
          </ol>
        </div>
      )}
    </div>
  );
}

const leftOf = (column: number): number => column * (WIDTH + GAP.x);
const topOf = (row: number): number => row * (HEIGHT + GAP.y);

function Edges({
  placed,
  width,
  height,
}: {
  readonly placed: readonly Placed<LineageStop>[];
  readonly width: number;
  readonly height: number;
}) {
  const places = new Map(placed.map((place) => [place.stop.id, place]));
  return (
    <svg className={classes.edges} width={width} height={height} aria-hidden="true">
      {placed.flatMap(({ stop, column, row }) =>
        stop.from.map((other) => {
          const before = places.get(other);
          if (!before) return null;
          const [x1, y1] = [leftOf(before.column) + WIDTH, topOf(before.row) + HEIGHT / 2];
          const [x2, y2] = [leftOf(column), topOf(row) + HEIGHT / 2];
          const bend = GAP.x / 2;
          return (
            <g key={`${other} ${stop.id}`}>
              <path d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 5} ${y2}`} />
              <path className={classes.head} d={`M${x2} ${y2}l-6 -4v8z`} />
            </g>
          );
        }),
      )}
    </svg>
  );
}
