/** Quantile of the normal distribution with 2.5% on each side. */
const Z = 1.959964;

/**
 * The 95% confidence interval of a share: Wilson's score interval (E. B. Wilson 1927, JASA 22:209).
 * @param hits out of `of`. @returns both ends, 0 to 1; null if `of` is 0.
 */
export function shareInterval(hits: number, of: number): readonly [low: number, high: number] | null {
  if (of === 0) return null;
  const share = hits / of;
  const center = share + (Z * Z) / (2 * of);
  const half = Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of));
  const scale = 1 + (Z * Z) / of;
  return [Math.max(0, (center - half) / scale), Math.min(1, (center + half) / scale)];
}
