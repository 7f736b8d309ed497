import { type FoldRegression, foldProbabilities } from '../engines/onnx/fold-regression.js';
import { foldsOf } from './folds.js';
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
  return foldProbabilities({ ...options, foldOf: foldsOf(labels, FOLDS), folds: FOLDS, penalty: PENALTY });
}
