import type { Trainer } from '../engines/engine.js';
import { HubError } from '../errors.js';
import type { Evaluation } from './epoch-metrics.js';
import { type FeatureSource, rowsAtOnce } from './features.js';
import type { Prediction } from './predictions.js';

/** Lower bound of a probability before its logarithm is taken, as in Keras. */
export const SMALLEST_PROBABILITY = 1e-7;

/**
 * Computes loss, accuracy and confusion matrix over the images at `rows`, without dropout.
 * @param onPrediction called for each image, in order, with the probability of every class.
 * @throws DIVERGED when an answer is not finite.
 */
export async function evaluate(
  trainer: Trainer,
  source: FeatureSource,
  rows: Int32Array,
  labels: Int32Array,
  classes: number,
  onPrediction: (prediction: Prediction, probabilities: Float32Array) => void = () => undefined,
): Promise<Evaluation> {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let loss = 0;
  let correct = 0;
  const atOnce = rowsAtOnce(source);
  for (let start = 0; start < rows.length; start += atOnce) {
    const batch = rows.subarray(start, start + atOnce);
    const probabilities = await trainer.predict(await source.read(batch), batch.length);
    for (const [i, row] of batch.entries()) {
      const truth = labels[row]!;
      const answer = probabilities.subarray(i * classes, (i + 1) * classes);
      const predicted = mostProbable(answer);
      confusion[truth]![predicted]! += 1;
      if (predicted === truth) correct += 1;
      onPrediction({ image: row, truth, predicted, confidence: answer[predicted]! }, answer);
      loss -= Math.log(Math.max(answer[truth]!, SMALLEST_PROBABILITY));
    }
  }
  if (!Number.isFinite(loss)) throw notNumbers();
  return { loss: loss / rows.length, accuracy: correct / rows.length, confusion };
}

function notNumbers(): HubError {
  const message = 'The network answers images with values that are not numbers: its weights are too large.';
  return new HubError('DIVERGED', `${message} Lower the learning rate, or train from other weights.`);
}

/** Index of the class with the highest probability; the first one on a tie. */
export function mostProbable(probabilities: Float32Array): number {
  return probabilities.reduce((best, p, c) => (p > probabilities[best]! ? c : best), 0);
}
