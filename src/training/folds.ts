import { shuffled } from '../datasets/splits.js';
import { groupBy } from '../group-by.js';

/** Networks of thorough mode: each learns from three parts of the images and judges the fourth. */
export const FOLD_NETWORKS = 4;

/** The fold of each image: every class is spread evenly over the folds, in an order that only the images decide. */
export function foldsOf(labels: readonly number[], folds: number): Uint8Array {
  const result = new Uint8Array(labels.length);
  for (const [label, rows] of groupBy(labels.keys(), (row) => labels[row]!)) {
    for (const [place, row] of shuffled(rows, label).entries()) result[row] = (place + label) % folds;
  }
  return result;
}
