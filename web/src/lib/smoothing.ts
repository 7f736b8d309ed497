/**
 * Exponential moving average with bias correction (as for Adam's moments, arXiv 1412.6980, section 3), so that a constant
 * series stays constant. Gaps stay gaps.
 * @param weight of the previous values, 0 (no smoothing) to below 1.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let average = 0;
  let share = 0;
  return values.map((value) => {
    if (value === null) return null;
    average = weight * average + (1 - weight) * value;
    share = weight * share + (1 - weight);
    return average / share;
  });
}
