import { HubError } from '../errors.js';
import type { ClassWeights } from './recipe.js';

/** Most class names that a refusal lists. */
const NAMED = 20;

/**
 * The weight of each class in the training loss, as Keras's `class_weight`: 1 for a class that is not named.
 * `balanced` is that of scikit-learn's `compute_class_weight`: images / (classes * images of the class), over the images that
 * are trained on and the classes that they show.
 * @param labels class of each training image. @returns by class; null where all weigh the same.
 */
export function classWeightsOf(
  given: ClassWeights,
  classes: readonly string[],
  labels: Iterable<number>,
): Float32Array | null {
  if (given === 'none') return null;
  if (given !== 'balanced') return Float32Array.from(classes, (name) => weightOf(given, name));
  const counts = new Array<number>(classes.length).fill(0);
  for (const label of labels) counts[label]! += 1;
  const images = counts.reduce((sum, count) => sum + count, 0);
  const shown = counts.filter((count) => count > 0).length;
  return Float32Array.from(counts, (count) => (count === 0 ? 1 : images / (shown * count)));
}

/** Weights of the rows of a batch, by the class that has the largest share of the target, as in Keras. */
export function rowWeights(targets: Float32Array, weights: Float32Array): Float32Array {
  const classes = weights.length;
  return Float32Array.from({ length: targets.length / classes }, (_, row) => {
    const target = targets.subarray(row * classes, (row + 1) * classes);
    return weights[target.indexOf(Math.max(...target))]!;
  });
}

/** Checks weights given by class name. @throws BAD_INPUT for names that are no classes, or if every class weighs 0. */
export function checkClassWeights(given: ClassWeights, classes: readonly string[]): void {
  if (typeof given === 'string') return;
  const unknown = Object.keys(given).filter((name) => !classes.includes(name));
  if (unknown.length > 0) {
    const more = classes.length > NAMED ? ` and ${classes.length - NAMED} more` : '';
    const message = `classWeights names ${unknown.slice(0, NAMED).join(', ')}; the classes of the dataset version are ${classes.slice(0, NAMED).join(', ')}${more}.`;
    throw new HubError('BAD_INPUT', message, { unknown, classes: classes.slice(0, NAMED) });
  }
  if (classes.some((name) => weightOf(given, name) > 0)) return;
  throw new HubError('BAD_INPUT', 'classWeights gives every class the weight 0; nothing would be learned.', {
    received: given,
  });
}

function weightOf(given: Readonly<Record<string, number>>, name: string): number {
  return Object.hasOwn(given, name) ? given[name]! : 1;
}
