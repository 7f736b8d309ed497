import classes from './Sparkline.module.css';

const WIDTH = 72;
const HEIGHT = 20;

/** A small line scaled to its own range. Hidden from assistive technology, since the values are next to it. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  if (values.length < 2) return null;
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  const points = values.map((value, i) => {
    const x = (i / (values.length - 1)) * (WIDTH - 2) + 1;
    const height = range === 0 ? 0.5 : (value - least) / range; // a constant lies in the middle
    const y = HEIGHT - 2 - height * (HEIGHT - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg className={classes.line} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  );
}
