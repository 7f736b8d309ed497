import type { Answers } from './temperature.js';

/** Number of bins of confidence, equally wide. */
const BINS = 15;

/**
 * Expected calibration error, from 0 to 1. Images are divided into 15 equally wide bins by the probability of the predicted
 * class; the error is the mean over bins, weighted by images, of the difference between accuracy and mean probability.
 * Source: Guo et al., "On Calibration of Modern Neural Networks" (2017), equation 3.
 */
export function calibrationError({ probabilities, labels, classes }: Answers): number {
  const gaps = new Float64Array(BINS);
  for (const [i, label] of labels.entries()) {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    const confidence = Math.max(...row);
    const bin = Math.max(0, Math.ceil(confidence * BINS) - 1);
    gaps[bin]! += confidence - (row.indexOf(confidence) === label ? 1 : 0);
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / labels.length;
}
