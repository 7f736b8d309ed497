/** Most points of a curve that is shown. */
const POINTS = 200;
/** Points of the mean curve, less one. */
const GRID = 100;

/** Places of a curve, in the order of falling thresholds. */
export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** How well the probability of one class tells its images from those of the other classes (one-versus-rest). */
export interface ClassCurves {
  /** Area under the ROC curve; null when all images, or none, are of the class. */
  readonly rocArea: number | null;
  /** Null without an image of the class. */
  readonly averagePrecision: number | null;
  /** x: false positive rate, y: true positive rate. */
  readonly roc: Curve | null;
  /** x: recall, y: precision. It begins at recall 0 with precision 1, which no threshold has. */
  readonly precisionRecall: Curve | null;
}

/** Images above each distinct threshold, from the highest on. */
interface Counts {
  readonly wrong: Float64Array;
  readonly right: Float64Array;
}

/**
 * Curves of one class. A threshold takes the images whose probability is at least as high; images of equal probability are
 * taken together. With TP and FP of P images of the class and N others:
 *
 * - ROC: FP / N against TP / P, from (0, 0) to (1, 1). Its area is by the trapezoid rule, which is the probability that an
 *   image of the class ranks above another, ties counted half. Source: Fawcett, "An introduction to ROC analysis" (2006),
 *   algorithms 1 and 2.
 * - Precision-recall: TP / (TP + FP) against TP / P. Average precision is the sum over thresholds of
 *   (recall - recall before) x precision, without interpolation, which is too favorable here. Source: scikit-learn,
 *   `average_precision_score`; Davis and Goadrich, "The Relationship Between Precision-Recall and ROC Curves" (2006).
 *
 * Areas are of all thresholds; the curves have at most 200 of them, evenly spaced along the curve.
 * @param right probabilities of the class for its images; sorted in place. @param wrong those for the other images.
 */
export function thresholdCurves(
  right: Float32Array,
  wrong: Float32Array,
): ClassCurves & { readonly meanPart: Float64Array | null } {
  const [P, N] = [right.length, wrong.length];
  const counts = countByThreshold(right, wrong);
  let area = 0;
  let precision = 0;
  const precisions: number[] = [1];
  for (let i = 1; i < counts.right.length; i++) {
    const [tp, fp] = [counts.right[i]!, counts.wrong[i]!];
    const [tpBefore, fpBefore] = [counts.right[i - 1]!, counts.wrong[i - 1]!];
    area += (fp - fpBefore) * (tp + tpBefore);
    precisions.push(tp / (tp + fp));
    precision += (tp - tpBefore) * (tp / (tp + fp));
  }
  const hasBoth = P > 0 && N > 0;
  const recalls = Array.from(counts.right, (tp) => tp / P);
  const alarms = Array.from(counts.wrong, (fp) => fp / N);
  return {
    rocArea: hasBoth ? area / (2 * P * N) : null,
    averagePrecision: P > 0 ? precision / P : null,
    roc: hasBoth ? thinned({ x: alarms, y: recalls }) : null,
    precisionRecall: P > 0 ? thinned({ x: recalls, y: precisions }) : null,
    meanPart: hasBoth ? onGrid(alarms, recalls) : null,
  };
}

/**
 * The mean of ROC curves of classes: the mean true positive rate at each of 101 false positive rates. Source: scikit-learn,
 * "Multiclass Receiver Operating Characteristic", section "ROC curve using the OvR macro-average".
 * @param parts `meanPart` of the classes.
 */
export function macroRoc(parts: readonly Float64Array[]): Curve | null {
  if (parts.length === 0) return null;
  const x = Array.from({ length: GRID + 1 }, (_, i) => i / GRID);
  const y = x.map((_, i) => round(parts.reduce((sum, part) => sum + part[i]!, 0) / parts.length));
  return { x: [0, ...x], y: [0, ...y] };
}

/** The unweighted mean of those that are there. */
export function meanOf(values: readonly (number | null)[]): number | null {
  const there = values.filter((value) => value !== null);
  return there.length === 0 ? null : there.reduce((sum, value) => sum + value, 0) / there.length;
}

function countByThreshold(right: Float32Array, wrong: Float32Array): Counts {
  right.sort();
  wrong.sort();
  const tp = [0];
  const fp = [0];
  let [i, j] = [right.length - 1, wrong.length - 1];
  while (i >= 0 || j >= 0) {
    const threshold = Math.max(right[i] ?? Number.NEGATIVE_INFINITY, wrong[j] ?? Number.NEGATIVE_INFINITY);
    while (i >= 0 && right[i] === threshold) i -= 1;
    while (j >= 0 && wrong[j] === threshold) j -= 1;
    tp.push(right.length - 1 - i);
    fp.push(wrong.length - 1 - j);
  }
  return { right: Float64Array.from(tp), wrong: Float64Array.from(fp) };
}

/** True positive rates at evenly spaced false positive rates, interpolated; the highest where the curve is vertical. */
function onGrid(alarms: readonly number[], recalls: readonly number[]): Float64Array {
  const rates = new Float64Array(GRID + 1);
  let place = 0;
  for (let i = 0; i <= GRID; i++) {
    const at = i / GRID;
    while (place + 1 < alarms.length && alarms[place + 1]! <= at) place += 1;
    const [x, y] = [alarms[place]!, recalls[place]!];
    const [nextX, nextY] = [alarms[place + 1] ?? x, recalls[place + 1] ?? y];
    rates[i] = nextX === x ? y : y + ((nextY - y) * (at - x)) / (nextX - x);
  }
  return rates;
}

/** Points of a curve at about equal distances along it, its ends included. */
function thinned({ x, y }: Curve): Curve {
  const lengthTo = (i: number): number => Math.abs(x[i]! - x[i - 1]!) + Math.abs(y[i]! - y[i - 1]!);
  const last = x.length - 1;
  const step = x.slice(1).reduce((sum, _, i) => sum + lengthTo(i + 1), 0) / (POINTS - 2);
  const kept: number[] = [];
  let since = step;
  for (let i = 0; i <= last; i++) {
    if (i > 0) since += lengthTo(i);
    if (x.length > POINTS && since < step && i < last) continue;
    kept.push(i);
    since = 0;
  }
  return { x: kept.map((i) => round(x[i]!)), y: kept.map((i) => round(y[i]!)) };
}

/** Six digits, more than a drawing shows. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
