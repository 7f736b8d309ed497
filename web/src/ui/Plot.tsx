import { useResizeObserver } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './Plot.module.css';

/** An axis of a plot. */
export interface Axis {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  /** Values with a label and a line; none for an axis without a scale. */
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

/** Places of values in a plot, in pixels. */
interface Places {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly width: number;
  readonly height: number;
}

interface Props {
  /** Accessible description, a sentence. */
  readonly label: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly height?: number;
  /** Whether it has no axes; parts of it can be chosen. */
  readonly bare?: boolean;
  readonly children: (places: Places) => ReactNode;
}

const MARGINS = { left: 52, right: 12, top: 8, bottom: 44 };
const BARE = { left: 1, right: 1, top: 1, bottom: 1 };

/** Axes over the width that is there; the caller draws between them. */
export function Plot({ label, x, y, height = 280, bare = false, children }: Props) {
  const [observe, { width }] = useResizeObserver<HTMLDivElement>();
  const margin = bare ? BARE : MARGINS;
  const inner = { width: Math.max(0, width - margin.left - margin.right), height: height - margin.top - margin.bottom };
  const places: Places = {
    ...inner,
    x: (value) => ((value - x.from) / (x.to - x.from)) * inner.width,
    y: (value) => inner.height - ((value - y.from) / (y.to - y.from)) * inner.height,
  };
  return (
    <div ref={observe} style={{ minHeight: height }}>
      {inner.width > 0 && (
        <svg className={classes.plot} width={width} height={height} role={bare ? 'group' : 'img'} aria-label={label}>
          <g transform={`translate(${margin.left} ${margin.top})`}>
            <g>
              {x.ticks.map((tick) => (
                <g key={tick} transform={`translate(${places.x(tick)} 0)`}>
                  <path className={classes.grid} d={`M0 0V${inner.height}`} />
                  <text y={inner.height + 16} textAnchor="middle">
                    {x.format(tick)}
                  </text>
                </g>
              ))}
              {y.ticks.map((tick) => (
                <g key={tick} transform={`translate(0 ${places.y(tick)})`}>
                  <path className={classes.grid} d={`M0 0H${inner.width}`} />
                  <text x={-6} dy="0.32em" textAnchor="end">
                    {y.format(tick)}
                  </text>
                </g>
              ))}
              <text x={inner.width / 2} y={inner.height + 36} textAnchor="middle">
                {x.title}
              </text>
              <text transform={`translate(${-margin.left + 12} ${inner.height / 2}) rotate(-90)`} textAnchor="middle">
                {y.title}
              </text>
            </g>
            {children(places)}
          </g>
        </svg>
      )}
    </div>
  );
}
