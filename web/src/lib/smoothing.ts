/**
 * Exponential moving average without the bias of its start (as Adam takes it out of its moments, arXiv 1412.6980,
 * section 3): what is constant stays constant. Gaps stay gaps.
 * @param weight of all that came before, 0 to below 1; 0 smooths nothing.
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
