interface Answer {
  readonly top: readonly { readonly label: string; readonly probability: number }[];
}

/** Difference between the two highest probabilities, 0 to 1. */
export function marginOf({ top }: Answer): number {
  return (top[0]?.probability ?? 0) - (top[1]?.probability ?? 0);
}

/** Margin below which an answer is called uncertain. */
const NARROW = 0.1;

/** The margin in words. */
export function marginText(answer: Answer): string {
  const second = answer.top[1];
  if (!second) return 'The model has no other class.';
  const points = (100 * marginOf(answer)).toFixed(1);
  return marginOf(answer) < NARROW
    ? `Uncertain: only ${points} points ahead of ${second.label}.`
    : `${points} points ahead of ${second.label}.`;
}
