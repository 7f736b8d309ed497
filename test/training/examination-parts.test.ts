import { expect, it } from 'vitest';
import { foldProbabilities } from '../../src/engines/onnx/fold-regression.js';
import { randomStream, uniform } from '../../src/random.js';
import { featureOutliers } from '../../src/training/feature-outliers.js';
import { standardize } from '../../src/training/standardize.js';

const WIDTH = 8;
const [PER_CLASS, CLASSES] = [40, 3];
const labels = Array.from({ length: PER_CLASS * CLASSES }, (_, row) => row % CLASSES);

/** Rows around one center per class. */
function rows(): Float32Array {
  const random = randomStream(11, 0);
  return new Float32Array(labels.length * WIDTH).map((_, i) => {
    const row = Math.floor(i / WIDTH);
    return (i % WIDTH === labels[row] ? 4 : 1) + uniform(random);
  });
}

it('standardizes columns: mean 0, the same spread, and a column without any becomes 0', () => {
  const values = standardize(Float32Array.from([1, 5, 10, 3, 5, 30]), 3);
  const scale = 6 / Math.sqrt(3);
  expect([...values]).toEqual([-scale, 0, -scale, scale, 0, scale].map((value) => expect.closeTo(value, 5)));
});

/** Probabilities of a row by a regression on other rows: plain gradient descent in double precision. */
function regression(values: Float32Array, given: readonly number[], seen: readonly number[], penalty: number) {
  const [kernel, bias] = [new Float64Array(WIDTH * CLASSES), new Float64Array(CLASSES)];
  const predict = (row: number): number[] => {
    const scores = Array.from(bias, (value, c) =>
      kernel.reduce(
        (sum, weight, i) => (i % CLASSES === c ? sum + weight * values[row * WIDTH + Math.floor(i / CLASSES)]! : sum),
        value,
      ),
    );
    const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
    return powers.map((power) => power / powers.reduce((sum, value) => sum + value, 0));
  };
  for (let step = 0; step < 2000; step++) {
    const slopes = kernel.map((weight) => penalty * weight);
    const steps = new Float64Array(CLASSES);
    for (const row of seen) {
      for (const [c, probability] of predict(row).entries()) {
        const difference = (probability - (given[row] === c ? 1 : 0)) / seen.length;
        steps[c]! += difference;
        for (let i = 0; i < WIDTH; i++) slopes[i * CLASSES + c]! += difference * values[row * WIDTH + i]!;
      }
    }
    for (const [i, slope] of slopes.entries()) kernel[i]! -= 0.15 * slope;
    for (const [c, slope] of steps.entries()) bias[c]! -= 0.15 * slope;
  }
  return predict;
}

it.each([5, 2])(
  'gives each image probabilities of a regression that has not seen its label: %d folds',
  async (folds) => {
    const wrong = labels.map((label, row) => (row === 7 || row === 50 ? (label + 1) % CLASSES : label));
    const foldOf = Uint8Array.from(labels, (_, row) => Math.floor(row / CLASSES) % folds);
    const values = standardize(rows(), WIDTH);
    const penalty = 0.1;
    const shares: number[] = [];
    const probabilities = await foldProbabilities({
      ...{ values, width: WIDTH, labels: wrong, classes: CLASSES, folds, foldOf, penalty, threads: 1 },
      onStep: (share: number) => shares.push(share),
    });
    const rowsOf = (fold: number): number[] => [...labels.keys()].filter((row) => foldOf[row] !== fold);
    const predict = regression(values, wrong, rowsOf(1), penalty);
    for (const row of [...labels.keys()].filter((each) => foldOf[each] === 1)) {
      for (const [c, right] of predict(row).entries()) {
        expect(Math.abs(probabilities[row * CLASSES + c]! - right), `row ${row}, class ${c}`).toBeLessThan(0.01);
      }
    }
    for (const row of [7, 50]) {
      const own = [...probabilities.subarray(row * CLASSES, (row + 1) * CLASSES)];
      expect(own.indexOf(Math.max(...own)), `row ${row}`).toBe(labels[row]);
    }
    expect(shares.at(-1)).toBeCloseTo(1, 6);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  },
);

it('finds an image that is far from its class, and none in a small class', async () => {
  const values = rows();
  values.fill(0, 9 * WIDTH, 10 * WIDTH);
  values[9 * WIDTH + 7] = 3; // class 0, in a direction of its own
  const signal = new AbortController().signal;
  let compared = 0;
  const options = { values, width: WIDTH, classes: CLASSES + 1, threads: 1, signal };
  const onImages = (images: number): void => {
    compared += images;
  };
  const found = await featureOutliers({ ...options, labels, onImages });
  expect(found.map(({ row }) => row)).toEqual([9]);
  expect(found[0]!.distance).toBeGreaterThan(found[0]!.limit);
  expect(compared).toBe(labels.length);
  const few = labels.map((label, row) => (label === 0 && row > 30 ? CLASSES : label)); // 11 images of class 0
  expect(await featureOutliers({ ...options, labels: few, onImages })).not.toContainEqual(
    expect.objectContaining({ row: 9 }),
  );
});
