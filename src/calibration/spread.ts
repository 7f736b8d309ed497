import type { Answers } from './temperature.js';

/** Distribution of answers: counts. */
export interface Spread {
  /** Answers by predicted class. */
  readonly classes: readonly number[];
  /** Answers by tenth of confidence. */
  readonly confidences: readonly number[];
}

/** Counts the predicted classes of the rows, and the probabilities of these classes. */
export function spreadOf({ probabilities, classes }: Answers): Spread {
  const spread = { classes: new Array<number>(classes).fill(0), confidences: new Array<number>(10).fill(0) };
  for (let start = 0; start < probabilities.length; start += classes) {
    const row = probabilities.subarray(start, start + classes);
    const confidence = Math.max(...row);
    spread.classes[row.indexOf(confidence)]! += 1;
    spread.confidences[tenthOf(confidence)]! += 1;
  }
  return spread;
}

/** The tenth of a confidence, 0 to 9. */
export const tenthOf = (confidence: number): number => Math.min(9, Math.floor(confidence * 10));
