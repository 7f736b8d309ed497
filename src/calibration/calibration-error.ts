import type { Answers } from './temperature.js';

/** Of confidence, equally wide. */
const BINS = 15;

/**
 * Expected calibration error: images are put into 15 equally wide bins by the probability of the class that they are taken
 * for; the mean, weighted by images, of how far the share of right ones in a bin lies from the bin's mean probability.
 * Source: Guo et al., "On Calibration of Modern Neural Networks" (2017), equation 3. From 0 to 1.
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
