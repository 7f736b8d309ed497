/** A figure, its target, and whether it holds. `atMost` or `atLeast` says which way is good. */
export function check(name, value, target) {
  const holds = 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
  const words = 'atMost' in target ? `at most ${target.atMost}` : `at least ${target.atLeast}`;
  return { name, value: Number(value.toPrecision(4)), target: words, holds };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The least value that so large a share of them does not exceed. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1];
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
