/** An image whose label is suspected to be wrong. */
interface SuspectedLabel {
  readonly row: number;
  /** Index of the class that it most likely belongs to. */
  readonly suggested: number;
  /** Probability of the label that it has. */
  readonly given: number;
  /** Probability of the suggested class. */
  readonly probability: number;
}

export interface ConfidentLearning {
  /** Estimated number of images by given and true class: [given][true]. Each row sums to the images with that label. */
  readonly joint: readonly (readonly number[])[];
  /** Estimated number of wrong labels, what is off the diagonal of `joint`: too high where the models are often wrong. */
  readonly errors: number;
  /** The least probable label first. */
  readonly suspects: readonly SuspectedLabel[];
}

/** Slack of the comparison with a threshold, so that a class whose images are all equally likely reaches its own. */
const SLACK = 1e-6;

/**
 * Estimates which labels are wrong from probabilities of models that have not seen them (C. G. Northcutt, L. Jiang and I. L.
 * Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70, 2021). An image counts for a class when
 * its probability is at least the mean probability of that class among the images that have its label; among several such
 * classes the most probable one. Suspected are images that count for another class than their label says, unless that label
 * is their most probable one. They are ordered by the probability of their label.
 * @param probabilities rows x classes, out of sample.
 */
export function confidentLearning(
  probabilities: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
): ConfidentLearning {
  const thresholds = thresholdsOf(probabilities, labels, classes);
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const given = new Array<number>(classes).fill(0);
  const suspects: SuspectedLabel[] = [];
  for (let row = 0; row < labels.length; row++) {
    const own = probabilities.subarray(row * classes, (row + 1) * classes);
    const label = labels[row]!;
    given[label]! += 1;
    const counted = mostProbable(own, thresholds);
    if (counted < 0) continue;
    counts[label]![counted]! += 1;
    const isTop = own.every((value) => value <= own[label]!);
    if (counted === label || isTop) continue;
    suspects.push({ row, suggested: counted, given: own[label]!, probability: own[counted]! });
  }
  const joint = counts.map((row, label) => calibrated(row, label, given[label]!));
  const errors = joint.reduce((sum, row, label) => sum + given[label]! - row[label]!, 0);
  return { joint, errors, suspects: suspects.sort((a, b) => a.given - b.given || a.row - b.row) };
}

/** Mean probability of each class among the images with its label; above 1 for a class without images, which none reaches. */
function thresholdsOf(probabilities: Float32Array, labels: ArrayLike<number>, classes: number): Float64Array {
  const [sums, images] = [new Float64Array(classes), new Float64Array(classes)];
  for (let row = 0; row < labels.length; row++) {
    sums[labels[row]!]! += probabilities[row * classes + labels[row]!]!;
    images[labels[row]!]! += 1;
  }
  return sums.map((sum, label) => (images[label] === 0 ? 2 : sum / images[label]!));
}

/** The most probable class that reaches its threshold; -1 if none does. */
function mostProbable(own: Float32Array, thresholds: Float64Array): number {
  let best = -1;
  for (let label = 0; label < own.length; label++) {
    if (own[label]! >= thresholds[label]! - SLACK && (best < 0 || own[label]! > own[best]!)) best = label;
  }
  return best;
}

/** Scales the counts of the images with a label to their number. Without a count, all labels are taken to be right. */
function calibrated(row: readonly number[], label: number, images: number): number[] {
  const counted = row.reduce((sum, count) => sum + count, 0);
  if (counted === 0) return row.map((_, other) => (other === label ? images : 0));
  return row.map((count) => (count / counted) * images);
}
