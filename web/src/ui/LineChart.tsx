import { useComputedColorScheme } from '@mantine/core';
import { useMergedRef, useResizeObserver } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { freePlace, type Taken } from '../lib/free-place';
import { spread } from '../lib/spread';
import classes from './LineChart.module.css';

interface Line {
  readonly name: string;
  /** CSS variable of the color. */
  readonly color: string;
  readonly dashed?: boolean;
  /** Drawn faintly, below the other lines. */
  readonly faint?: boolean;
  /** Text at the line's end. */
  readonly label?: string;
  /** One per x; null leaves a gap. */
  readonly values: readonly (number | null)[];
}

type Range = readonly [from: number, to: number];

interface Props {
  /** Accessible description, a sentence. */
  readonly label: string;
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  readonly zoom: Range | null;
  readonly onZoom: (zoom: Range | null) => void;
  readonly log?: boolean;
  /** A marked x with its text. */
  readonly mark?: { readonly x: number; readonly text: string } | null;
  /** Charts with the same name share the crosshair. */
  readonly sync: string;
}

const HEIGHT = 240;
/** Pixels on the right for labels at line ends. */
const LABEL_ROOM = 92;
const LABEL_HEIGHT = 14;
/** Pixels of ground around a label, on both sides together. */
const GROUND = 4;
/** Pixels between the end of a line and its label. */
const LABEL_GAP = 8;
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/** Lines over whole numbers. Dragging zooms, a double click resets the zoom; new points never move the zoomed range. */
export function LineChart({ label, x, lines, format, zoom, onZoom, log = false, mark = null, sync }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [observe, { width }] = useResizeObserver<HTMLDivElement>();
  const both = useMergedRef(box, observe);
  const scheme = useComputedColorScheme();
  const chart = useRef<uPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  // The latest props for the chart's hooks, without recreating the chart.
  const now = useRef({ x, lines, zoom, onZoom, mark, format });
  now.current = { x, lines, zoom, onZoom, mark, format };
  const shape = JSON.stringify(lines.map(({ values: _, ...look }) => look));
  const drawn = width > 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the chart is recreated when its shape or colors change
  useEffect(() => {
    const element = box.current;
    if (!element || !drawn) return;
    const variable = (name: string): string => getComputedStyle(element).getPropertyValue(name);
    const ink = variable('--mantine-color-dimmed');
    const hairline = { stroke: variable('--hub-hairline'), width: 1 };
    const font = '12px IBM Plex Sans, sans-serif';
    const axis = { stroke: ink, font, grid: hairline, ticks: { ...hairline, size: 4 } };
    const zoomOut = (): null => {
      now.current.onZoom(null);
      return null;
    };
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        padding: [8, lines.some((line) => line.label) ? LABEL_ROOM : 8, 0, 0],
        legend: { show: false },
        cursor: {
          sync: { key: sync },
          drag: { x: true, y: false, setScale: false },
          points: { size: 6 },
          bind: { dblclick: () => zoomOut },
        },
        scales: {
          x: { time: false, range: (_, least, most) => (least === most ? [least - 1, most + 1] : [least, most]) },
          y: { distr: log ? 3 : 1 },
        },
        axes: [
          { ...axis, incrs: STEPS, size: 28 },
          {
            ...axis,
            size: 56,
            values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : now.current.format(tick))),
          },
        ],
        series: [
          {},
          ...lines.map(({ name, color, dashed, faint }) => ({
            label: name,
            stroke: variable(color),
            width: faint ? 1 : 1.75,
            alpha: faint ? 0.3 : 1,
            spanGaps: false,
            ...(dashed && { dash: [5, 4] }),
            ...(faint && { points: { show: false } }),
          })),
        ],
        hooks: {
          setCursor: [({ cursor }) => setAt(cursor.idx ?? null)],
          setSelect: [
            (u) => {
              const { left, width: wide } = u.select;
              if (wide === 0) return;
              const from = Math.floor(u.posToVal(left, 'x'));
              const to = Math.ceil(u.posToVal(left + wide, 'x'));
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              if (from < to) now.current.onZoom([Math.max(1, from), to]);
            },
          ],
          draw: [(u) => annotate(u, now.current, ink, variable('--mantine-color-body'))],
        },
      },
      dataOf(now.current),
      element,
    );
    chart.current = made;
    applyZoom(made, now.current.zoom);
    return () => {
      made.destroy();
      chart.current = null;
    };
  }, [shape, scheme, log, drawn, sync]);

  useEffect(() => {
    if (width > 0) chart.current?.setSize({ width, height: HEIGHT });
  }, [width]);

  useEffect(() => {
    const { current: u } = chart;
    if (!u) return;
    u.setData(dataOf({ x, lines }), zoom === null);
    applyZoom(u, zoom);
  }, [x, lines, zoom]);

  const place = at ?? x.length - 1;
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.readout}>
        <span>{x[place] === undefined ? '' : `Epoch ${x[place]}`}</span>
        {lines.map(({ name, color, dashed, faint, values }) => {
          const value = values[place];
          if (faint || value === null || value === undefined) return null;
          return (
            <span key={name} className={classes.value}>
              <svg width="18" height="8" aria-hidden="true" style={{ color: `var(${color})` }}>
                <path d="M0 4h18" strokeDasharray={dashed ? '5 4' : undefined} />
              </svg>
              <span className={classes.name}>{name}</span> {format(value)}
            </span>
          );
        })}
      </figcaption>
      <div ref={both} className={classes.chart} role="img" aria-label={label} />
    </figure>
  );
}

function dataOf({ x, lines }: Pick<Props, 'x' | 'lines'>): uPlot.AlignedData {
  return [[...x], ...lines.map(({ values }) => [...values])];
}

function applyZoom(u: uPlot, zoom: Range | null): void {
  const x = u.data[0];
  const [min, max] = zoom ?? [x[0] ?? 0, x.at(-1) ?? 1];
  u.setScale('x', { min, max });
}

/** Draws the mark and the labels at line ends, moved apart where they would overlap. */
function annotate(
  u: uPlot,
  { x, lines, mark }: Pick<Props, 'x' | 'lines' | 'mark'>,
  ink: string,
  ground: string,
): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${12 * ratio}px IBM Plex Sans, sans-serif`;
  ctx.textBaseline = 'middle';
  const right = bbox.left + bbox.width;
  if (mark) {
    const left = u.valToPos(mark.x, 'x', true);
    if (left >= bbox.left && left <= right) {
      ctx.strokeStyle = ink;
      ctx.fillStyle = ink;
      ctx.setLineDash([2 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
      ctx.textAlign = left > bbox.left + bbox.width / 2 ? 'right' : 'left';
      ctx.fillText(mark.text, left + (ctx.textAlign === 'right' ? -6 : 6) * ratio, bbox.top + 8 * ratio);
    }
  }
  const { max = Number.POSITIVE_INFINITY } = u.scales.x ?? {};
  const ends = lines
    .flatMap(({ label, values }, i) => {
      const stroke = u.series[i + 1]?.stroke;
      const last = x.findLastIndex((at, place) => at <= (max ?? 0) && values[place] != null);
      const value = values[last];
      return label && value != null && typeof stroke === 'function'
        ? [{ label, color: stroke(u, i + 1), x: u.valToPos(x[last] ?? 0, 'x', true), y: u.valToPos(value, 'y', true) }]
        : [];
    })
    .sort((a, b) => a.y - b.y);
  ctx.textAlign = 'left';
  ctx.lineJoin = 'round';
  ctx.setLineDash([]);
  const height = LABEL_HEIGHT * ratio;
  const bounds: Taken = [bbox.top + height / 2, bbox.top + bbox.height - height / 2];
  const atEdge = ends.filter((end) => end.x >= right - 1);
  const places = spread(
    atEdge.map(({ y }) => y),
    height,
    bounds[1],
  );
  const placed: (readonly [text: string, color: unknown, left: number, y: number])[] = [];
  for (const end of ends) {
    const { label, color, y } = end;
    const left = end.x + LABEL_GAP * ratio;
    const text = fitted(ctx, label, ctx.canvas.width - left);
    const until = left + ctx.measureText(text).width;
    const edge = atEdge.indexOf(end);
    const others = placed
      .filter((other) => other[2] < until)
      .map(([, , , at]): Taken => [at - height / 2, at + height / 2]);
    const taken = [...drawnBetween(u, x, left, until), ...others];
    const at = edge >= 0 ? (places[edge] ?? y) : freePlace(y, height + GROUND * ratio, taken, bounds);
    placed.push([text, color, left, at]);
  }
  for (const [text, color, left, y] of placed) {
    // The ground around a label keeps it readable on other lines.
    ctx.strokeStyle = ground;
    ctx.lineWidth = GROUND * ratio;
    ctx.strokeText(text, left, y);
    ctx.fillStyle = color as string;
    ctx.fillText(text, left, y);
  }
  ctx.restore();
}

/** What the lines cover of a chart's height, between two places in canvas pixels. */
function drawnBetween(u: uPlot, x: readonly number[], left: number, right: number): Taken[] {
  const at = x.map((value) => u.valToPos(value, 'x', true));
  const first = Math.max(
    0,
    at.findLastIndex((place) => place <= left),
  );
  const after = at.findIndex((place) => place >= right);
  const last = after < 0 ? at.length : after + 1;
  return u.data.slice(1).flatMap((values): Taken[] => {
    const heights = Array.from(values)
      .slice(first, last)
      .flatMap((value) => (value == null ? [] : u.valToPos(value, 'y', true)));
    return heights.length < 2 ? [] : [[Math.min(...heights), Math.max(...heights)]];
  });
}

/** The text, cut where it is wider than the room for it. */
function fitted(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  let shown = text;
  for (let length = text.length - 1; length > 0 && ctx.measureText(shown).width > room; length--) {
    shown = `${text.slice(0, length)}…`;
  }
  return shown;
}
