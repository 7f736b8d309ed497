import { Text } from '@mantine/core';
import { useResizeObserver } from '@mantine/hooks';
import { formatShare } from '../../lib/format';
import { showDrawn, showValue, titleOf } from '../../lib/hyperparameter';
import { type AxisOf, axisOf } from '../../lib/parallel-axes';
import classes from './ParallelPlot.module.css';

interface Trial {
  readonly number: number;
  readonly values: Readonly<Record<string, unknown>>;
  readonly validationAccuracy: number | null;
  readonly validationLoss: number | null;
}

interface Props {
  readonly of: {
    readonly metric: 'VALIDATION_ACCURACY' | 'VALIDATION_LOSS';
    readonly parameters: readonly {
      readonly name: string;
      readonly scale: 'LINEAR' | 'LOG' | null;
      readonly values: unknown;
    }[];
    readonly best: { readonly number: number } | null;
    readonly trials: readonly Trial[];
  };
}

const HEIGHT = 300;
/** Pixels per axis below which the axes lie on top of each other instead of side by side. */
const NARROWEST = 120;
/** Pixels between axes that lie on top of each other. */
const ROW = 64;
const MARGIN = { left: 40, right: 76, top: 28, bottom: 12 };

/** Parallel coordinates: an axis per hyperparameter and one of the metric, and a line per trial. */
export function ParallelPlot({ of: { metric, parameters, best, trials } }: Props) {
  const [observe, { width }] = useResizeObserver<HTMLDivElement>();
  const byAccuracy = metric === 'VALIDATION_ACCURACY';
  const figureOf = (trial: Trial): number | null => (byAccuracy ? trial.validationAccuracy : trial.validationLoss);
  const drawn = trials.filter((trial) => figureOf(trial) !== null);
  if (drawn.length < 2) return <Text c="dimmed">The chart appears when two trials have figures.</Text>;
  const axes: AxisOf[] = [
    ...parameters.map(({ name, scale, values: listed }) =>
      axisOf(
        titleOf(name),
        drawn.map(({ values }) => values[name]),
        scale === 'LOG' ? 'log' : listed ? 'auto' : 'linear',
        showValue,
      ),
    ),
    axisOf(byAccuracy ? 'Validation accuracy' : 'Validation loss', drawn.map(figureOf), 'linear', (value) =>
      byAccuracy ? formatShare(Number(value)) : Number(value).toPrecision(3),
    ),
  ];
  const metricAxis = axes.at(-1) as AxisOf;
  const stacked = width / axes.length < NARROWEST;
  const size = stacked ? { width, height: MARGIN.top + ROW * (axes.length - 1) + 24 } : { width, height: HEIGHT };
  /** The place of a share of an axis, from its low to its high end. */
  const place = (axis: number, share: number): readonly [x: number, y: number] =>
    stacked
      ? [16 + share * (width - 32), MARGIN.top + ROW * axis]
      : [
          MARGIN.left + (axis / (axes.length - 1)) * (width - MARGIN.left - MARGIN.right),
          HEIGHT - MARGIN.bottom - share * (HEIGHT - MARGIN.top - MARGIN.bottom),
        ];
  /** 0 for the worst trial, 1 for the best. */
  const goodness = (i: number): number => (byAccuracy ? (metricAxis.shares[i] ?? 0) : 1 - (metricAxis.shares[i] ?? 0));
  const order = drawn.map((_, i) => i).sort((a, b) => goodness(a) - goodness(b));
  const winner = drawn.find(({ number }) => number === best?.number);
  const sentence = `${drawn.length} trials${winner ? `; best: ${parameters.map(({ name }) => `${titleOf(name)} ${showDrawn(winner.values[name])}`).join(', ')}` : ''}.`;
  return (
    <>
      <div ref={observe} style={{ minHeight: size.height }}>
        {width > 0 && (
          <svg className={classes.plot} {...size} role="img" aria-label={`Hyperparameters and metric of ${sentence}`}>
            {order.map((i) => {
              const trial = drawn[i] as Trial;
              const points = axes.map((axis, a) =>
                place(a, axis.shares[i] ?? 0)
                  .map((at) => at.toFixed(1))
                  .join(' '),
              );
              return (
                <path
                  key={trial.number}
                  d={`M${points.join('L')}`}
                  className={classes.trial}
                  data-best={trial.number === best?.number || undefined}
                  style={{ '--good': `${Math.round(100 * goodness(i))}%` } as React.CSSProperties}
                />
              );
            })}
            {axes.map(({ title, ticks }, a) => {
              const [[x1, y1], [x2, y2]] = [place(a, 0), place(a, 1)];
              return (
                <g key={title}>
                  <path className={classes.axis} d={`M${x1} ${y1}L${x2} ${y2}`} />
                  <text
                    className={classes.title}
                    x={stacked ? 0 : x2}
                    y={stacked ? y1 - 10 : 14}
                    textAnchor={stacked || a === 0 ? 'start' : 'middle'}
                    dx={!stacked && a === 0 ? -MARGIN.left : 0}
                  >
                    {title}
                  </text>
                  {ticks.map(({ share, text }) => {
                    const [x, y] = place(a, share);
                    const anchor = share < 0.2 ? 'start' : share > 0.8 ? 'end' : 'middle';
                    return stacked ? (
                      <text key={text} x={x} y={y + 16} textAnchor={anchor}>
                        {text}
                      </text>
                    ) : (
                      <text key={text} x={x + 6} y={y} dy="0.32em">
                        {text}
                      </text>
                    );
                  })}
                </g>
              );
            })}
          </svg>
        )}
      </div>
      <Text c="dimmed">
        A line per trial, the better the stronger; the thick one is the best. The table below has the values.
      </Text>
    </>
  );
}
