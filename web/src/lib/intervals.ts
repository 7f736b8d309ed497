/** Of the normal distribution, 2.5 % on each side. */
const Z = 1.959964;

/**
 * Where a share lies with 95 % confidence, by Wilson's score interval (E. B. Wilson 1927, JASA 22:209).
 * @param hits of so many. @returns the two ends, 0 to 1; null of none.
 */
export function shareInterval(hits: number, of: number): readonly [low: number, high: number] | null {
  if (of === 0) return null;
  const share = hits / of;
  const centre = share + (Z * Z) / (2 * of);
  const half = Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of));
  const scale = 1 + (Z * Z) / of;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}
