import { shuffled } from '../datasets/splits.js';
import { type FoldRegression, foldProbabilities } from '../engines/onnx/fold-regression.js';
import { groupBy } from '../group-by.js';
import { standardize } from './standardize.js';

const FOLDS = 5;
/** Weight of the squared norm of the coefficients, for rows as `standardize` leaves them. */
const PENALTY = 0.005;

/**
 * Probabilities of all classes for each image, by regressions on the features of other images. Changes the values.
 * @param options.values features, rows x width.
 */
export function outOfSample(
  options: Omit<FoldRegression, 'foldOf' | 'folds' | 'penalty' | 'labels'> & { readonly labels: readonly number[] },
): Promise<Float32Array> {
  const { values, width, labels } = options;
  standardize(values, width);
  return foldProbabilities({ ...options, foldOf: foldsOf(labels), folds: FOLDS, penalty: PENALTY });
}

/** The fold of each image: every class is spread evenly over the folds, in an order that only the images decide. */
function foldsOf(labels: readonly number[]): Uint8Array {
  const folds = new Uint8Array(labels.length);
  for (const [label, rows] of groupBy(labels.keys(), (row) => labels[row]!)) {
    for (const [place, row] of shuffled(rows, label).entries()) folds[row] = (place + label) % FOLDS;
  }
  return folds;
}
