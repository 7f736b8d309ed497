/** How one class, or all of them on average, was told apart from the others. Null is 0 / 0. */
export interface Scores {
  /** Of the images taken for this class, the share that was right. */
  readonly precision: number | null;
  /** Of the images of this class, the share that was recognized. */
  readonly recall: number | null;
  /** Their harmonic mean: 2 right / (2 right + taken for it wrongly + missed). */
  readonly f1: number | null;
}

export interface ClassScores extends Scores {
  /** Images of this class. */
  readonly support: number;
}

/** @param confusion confusion[true class][predicted class] = images. @returns one for each class. */
export function classScores(confusion: readonly (readonly number[])[]): ClassScores[] {
  const taken = confusion.map((_, c) => sum(confusion.map((row) => row[c] as number)));
  return confusion.map((row, c) => {
    const right = row[c] as number;
    const support = sum(row);
    return {
      precision: share(right, taken[c] as number),
      recall: share(right, support),
      f1: share(2 * right, (taken[c] as number) + support),
      support,
    };
  });
}

/** Unweighted means over the classes that have a value. */
export function macroAverage(classes: readonly Scores[]): Scores {
  const mean = (name: keyof Scores): number | null => {
    const values = classes.flatMap((scores) => scores[name] ?? []);
    return share(sum(values), values.length);
  };
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
