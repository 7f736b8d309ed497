/** `counts[i][j]` images of class i were predicted as class j. */
export interface Confusion {
  readonly labels: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

export interface Confused {
  readonly truth: string;
  readonly predicted: string;
  readonly images: number;
  /** Share of the class's images. */
  readonly share: number;
}

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
export const columnOf = ({ counts }: Confusion, j: number): number[] => counts.map((row) => row[j] ?? 0);

/** The most frequent confusions of two classes, by number of images. */
export function mostConfused({ labels, counts }: Confusion, most: number): Confused[] {
  const pairs = counts.flatMap((row, i) =>
    row.flatMap((images, j) =>
      i === j || images === 0
        ? []
        : [{ truth: labels[i] ?? '', predicted: labels[j] ?? '', images, share: images / sumOf(row) }],
    ),
  );
  return pairs.sort((a, b) => b.images - a.images).slice(0, most);
}
