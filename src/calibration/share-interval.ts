/** The 97.5% quantile of the standard normal distribution. */
const Z_975 = 1.96;

/**
 * The 95% interval of a share (Wilson, Probable inference, the law of succession, and statistical inference, 1927).
 * @param all above 0. @returns both ends, 0 to 1.
 */
export function shareInterval(hits: number, all: number): { readonly low: number; readonly high: number } {
  const [share, z2] = [hits / all, Z_975 ** 2];
  const middle = (share + z2 / (2 * all)) / (1 + z2 / all);
  const half = (Z_975 * Math.sqrt((share * (1 - share)) / all + z2 / (4 * all ** 2))) / (1 + z2 / all);
  return { low: middle - half, high: middle + half };
}
