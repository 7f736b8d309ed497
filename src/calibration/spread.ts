import type { Answers } from './temperature.js';

/** How answers spread: counts. */
export interface Spread {
  /** By class. */
  readonly classes: readonly number[];
  /** By tenths of confidence. */
  readonly confidences: readonly number[];
}

/** The class with the largest probability of each row, and that probability. */
export function spreadOf({ probabilities, classes }: Answers): Spread {
  const spread = { classes: new Array<number>(classes).fill(0), confidences: new Array<number>(10).fill(0) };
  for (let start = 0; start < probabilities.length; start += classes) {
    const row = probabilities.subarray(start, start + classes);
    const confidence = Math.max(...row);
    spread.classes[row.indexOf(confidence)]! += 1;
    spread.confidences[Math.min(9, Math.floor(confidence * 10))]! += 1;
  }
  return spread;
}
