import type { Answers } from './temperature.js';

/** Number of bins of confidence, equally wide. */
const BINS = 15;

/** Test images whose predicted class has a probability above `from` and up to `to`. */
export interface ConfidenceBin {
  readonly from: number;
  readonly to: number;
  readonly images: number;
  /** How many of them are predicted right. */
  readonly correct: number;
  /** Mean probability of the predicted class; null without images. */
  readonly meanConfidence: number | null;
}

/**
 * Divides images into 15 equally wide bins by the probability of the predicted class. Bin b holds probabilities above
 * (b - 1) / 15 and up to b / 15; the first one also holds 0. Source: Guo et al., "On Calibration of Modern Neural Networks"
 * (2017), section 2.
 */
export function confidenceBins(
  images: Iterable<{ readonly confidence: number; readonly correct: boolean }>,
): ConfidenceBin[] {
  const counts = new Float64Array(BINS);
  const correct = new Float64Array(BINS);
  const sums = new Float64Array(BINS);
  for (const image of images) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.ceil(image.confidence * BINS) - 1));
    counts[bin]! += 1;
    sums[bin]! += image.confidence;
    if (image.correct) correct[bin]! += 1;
  }
  return Array.from(counts, (images, bin) => ({
    from: bin / BINS,
    to: (bin + 1) / BINS,
    images,
    correct: correct[bin]!,
    meanConfidence: images === 0 ? null : sums[bin]! / images,
  }));
}

/**
 * Expected calibration error, from 0 to 1: the mean over bins, weighted by images, of the difference between accuracy and
 * mean probability. Source: Guo et al. (2017), equation 3.
 */
export function errorOfBins(bins: readonly ConfidenceBin[]): number {
  const gaps = bins.reduce((sum, bin) => sum + Math.abs(bin.images * (bin.meanConfidence ?? 0) - bin.correct), 0);
  return gaps / bins.reduce((sum, { images }) => sum + images, 0);
}

/** Expected calibration error of answers, by `confidenceBins`. Ties fall to the first class. */
export function calibrationError(answers: Answers): number {
  return errorOfBins(confidenceBins(topAnswers(answers)));
}

/** The probability of each image's predicted class, and whether that is its class. */
export function* topAnswers({
  probabilities,
  labels,
  classes,
}: Answers): Generator<{ confidence: number; correct: boolean }> {
  for (const [i, label] of labels.entries()) {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    const confidence = Math.max(...row);
    yield { confidence, correct: row.indexOf(confidence) === label };
  }
}
