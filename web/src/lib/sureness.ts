interface Answer {
  readonly top: readonly { readonly label: string; readonly probability: number }[];
}

/** By how much the most probable class leads before the next one, 0 to 1. */
export function marginOf({ top }: Answer): number {
  return (top[0]?.probability ?? 0) - (top[1]?.probability ?? 0);
}

/** Share of probability below which a lead is called a narrow one. */
export const NARROW = 0.1;

/** The margin in words. */
export function marginText(answer: Answer): string {
  const second = answer.top[1];
  if (!second) return 'It knows no other class.';
  const points = (100 * marginOf(answer)).toFixed(1);
  return marginOf(answer) < NARROW
    ? `Not sure: only ${points} points before ${second.label}.`
    : `${points} points before ${second.label}.`;
}
