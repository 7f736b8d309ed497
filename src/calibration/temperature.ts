/** Lower bound of a probability in a logarithm: about the smallest normal 32-bit float. */
const SMALLEST = 1e-38;
/** Range of temperatures to search. */
const RANGE = [0.05, 20] as const;
/** Bisections of that range; the last one is far more precise than the images allow. */
const HALVINGS = 40;

/** Probabilities of images, with their true classes. */
export interface Answers {
  /** n x classes. */
  readonly probabilities: Float32Array;
  readonly labels: readonly number[];
  readonly classes: number;
}

/**
 * Probabilities at a temperature T: softmax(logits / T), which is p^(1/T) normalized. T above 1 moves the probabilities
 * together, T below 1 apart; their order stays.
 * @param probabilities n x classes.
 */
export function temper(probabilities: Float32Array, classes: number, temperature: number): Float32Array {
  const tempered = new Float32Array(probabilities.length);
  for (let start = 0; start < probabilities.length; start += classes) {
    const row = probabilities.subarray(start, start + classes);
    const largest = row.reduce((most, p) => Math.max(most, p), SMALLEST);
    const powers = row.map((p) => (p / largest) ** (1 / temperature));
    const sum = powers.reduce((total, power) => total + power, 0);
    tempered.set(
      powers.map((power) => power / sum),
      start,
    );
  }
  return tempered;
}

/**
 * Fits the temperature that maximizes the likelihood of the images' classes. Source: Guo et al., "On Calibration of Modern
 * Neural Networks" (2017), section 4.2. If all images were classified correctly, the result would be 0 however few they are,
 * so one more is counted, spread over the classes (Platt, "Probabilistic Outputs for Support Vector Machines", 1999, section
 * 2.2).
 *
 * The mean negative log-likelihood is convex in b = 1 / T. Its slope is the sum of the mean logit under p(b) minus that
 * under the targets; bisection finds its zero.
 */
export function fitTemperature({ probabilities, labels, classes }: Answers): number {
  const logits = probabilities.map((p) => Math.log(Math.max(p, SMALLEST)));
  const spread = 1 / (labels.length + 1);
  const slope = (temperature: number): number => {
    const tempered = temper(probabilities, classes, temperature);
    let sum = 0;
    for (const [i, label] of labels.entries()) {
      for (let c = 0; c < classes; c++) {
        const target = (c === label ? 1 - spread : 0) + spread / classes;
        sum += (tempered[i * classes + c]! - target) * logits[i * classes + c]!;
      }
    }
    return sum;
  };
  let [low, high] = RANGE.map(Math.log) as [number, number];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (slope(Math.exp(middle)) > 0) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
