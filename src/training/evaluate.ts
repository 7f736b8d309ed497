import type { Trainer } from '../engines/engine.js';
import type { FeatureTable } from './features.js';
import type { Evaluation } from './job.js';

/** Rows per prediction: bounds memory. */
const EVALUATION_BATCH = 2000;
/** Keras clips probabilities to this before it takes the logarithm. */
const SMALLEST_PROBABILITY = 1e-7;

/** Loss, accuracy and confusion matrix over the images at `rows`, without dropout. */
export async function evaluate(
  trainer: Trainer,
  table: FeatureTable,
  rows: Int32Array,
  labels: Int32Array,
  classes: number,
): Promise<Evaluation> {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let loss = 0;
  let correct = 0;
  for (let start = 0; start < rows.length; start += EVALUATION_BATCH) {
    const batch = rows.subarray(start, start + EVALUATION_BATCH);
    const probabilities = await trainer.predict(table.read(batch), batch.length);
    for (const [i, row] of batch.entries()) {
      const truth = labels[row]!;
      const answer = probabilities.subarray(i * classes, (i + 1) * classes);
      const predicted = answer.reduce((best, p, c) => (p > answer[best]! ? c : best), 0);
      confusion[truth]![predicted]! += 1;
      if (predicted === truth) correct += 1;
      loss -= Math.log(Math.max(answer[truth]!, SMALLEST_PROBABILITY));
    }
  }
  return { loss: loss / rows.length, accuracy: correct / rows.length, confusion };
}
