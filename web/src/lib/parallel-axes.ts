/** An axis of parallel coordinates. */
export interface AxisOf {
  readonly title: string;
  /** Place of each trial, from 0 to 1. */
  readonly shares: readonly number[];
  readonly ticks: readonly { readonly share: number; readonly text: string }[];
}

/** Positive numbers that differ by more have a logarithmic axis. */
const FAR_APART = 100;
/** Most numbers that are all written at an axis. */
const FEW = 5;

/**
 * Places values on an axis: numbers by size, on a logarithmic scale where that is asked for or, with `auto`, where they are far apart; other
 * values side by side, in the order of their texts.
 */
export function axisOf(
  title: string,
  values: readonly unknown[],
  scaled: 'linear' | 'log' | 'auto',
  textOf: (value: unknown) => string,
): AxisOf {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length) return categories(title, values.map(textOf));
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  if (least === most) return categories(title, values.map(textOf));
  const isLog = least > 0 && (scaled === 'log' || (scaled === 'auto' && most / least > FAR_APART));
  const scale = isLog ? Math.log : (value: number): number => value;
  const shareOf = (value: number): number => (scale(value) - scale(least)) / (scale(most) - scale(least));
  const different = [...new Set(numbers)].sort((a, b) => a - b);
  const middle = isLog ? Math.sqrt(least * most) : (least + most) / 2;
  const marked = different.length <= FEW ? different : [least, middle, most];
  return {
    title,
    shares: numbers.map(shareOf),
    ticks: marked.map((value) => ({
      share: shareOf(value),
      text: textOf(Number.isInteger(value) ? value : Number(value.toPrecision(3))),
    })),
  };
}

function categories(title: string, texts: readonly string[]): AxisOf {
  const names = [...new Set(texts)].sort();
  const shareOf = (text: string): number => (names.length === 1 ? 0.5 : names.indexOf(text) / (names.length - 1));
  return { title, shares: texts.map(shareOf), ticks: names.map((text) => ({ share: shareOf(text), text })) };
}
