/** Classification scores of one class, or of all classes on average. Null stands for 0 / 0. */
export interface Scores {
  /** Share of the images predicted as this class that belong to it. */
  readonly precision: number | null;
  /** Share of the images of this class that were predicted as it. */
  readonly recall: number | null;
  /** Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). */
  readonly f1: number | null;
}

export interface ClassScores extends Scores {
  /** Images of this class. */
  readonly support: number;
}

/** @param confusion confusion[true class][predicted class] = images. @returns scores by class. */
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

/** Unweighted means, each over the classes that have the value. */
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
