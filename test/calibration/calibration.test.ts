import { describe, expect, it } from 'vitest';
import { calibrationError } from '../../src/calibration/calibration-error.js';
import { distance, fitSubspace, readSubspace, thresholdOf, writeSubspace } from '../../src/calibration/outliers.js';
import { type Answers, fitTemperature, temper } from '../../src/calibration/temperature.js';
import { randomStream, uniform } from '../../src/random.js';

const CLASSES = 3;

/** Images of classes drawn by probabilities, about which a network speaks as at this temperature. */
function spoken(temperature: number, images = 4000): Answers {
  const random = randomStream(1, 'spoken');
  const truths = Float32Array.from({ length: images * CLASSES }, () => uniform(random) ** 3);
  const probabilities = temper(truths, CLASSES, 1);
  const labels = Array.from({ length: images }, (_, i) => {
    const drawn = uniform(random);
    const [first, second] = probabilities.subarray(i * CLASSES) as unknown as [number, number];
    return drawn < first ? 0 : drawn < first + second ? 1 : 2;
  });
  return { probabilities: temper(probabilities, CLASSES, temperature), labels, classes: CLASSES };
}

describe('a temperature', () => {
  it.each([
    [1, [0.8, 0.2, 0]],
    [2, [2 / 3, 1 / 3, 0]],
    [0.5, [16 / 17, 1 / 17, 0]],
  ])('of %d makes of 0.8, 0.2 and 0 what the logits divided by it say', (temperature, expected) => {
    const tempered = temper(Float32Array.of(0.8, 0.2, 0), CLASSES, temperature);
    for (const [c, p] of expected.entries()) expect(tempered[c]).toBeCloseTo(p, 6);
  });

  it.each([0.4, 1, 2.5])(
    'of %d is undone by the one that is fitted, and so is the calibration error',
    (temperature) => {
      const answers = spoken(temperature);
      const fitted = fitTemperature(answers);
      expect(Math.abs(fitted * temperature - 1)).toBeLessThan(0.1);
      const calibrated = { ...answers, probabilities: temper(answers.probabilities, CLASSES, fitted) };
      expect(calibrationError(calibrated)).toBeLessThan(0.02);
      if (temperature !== 1) expect(calibrationError(answers)).toBeGreaterThan(0.08);
    },
  );

  it('that is fitted to few images, all of them taken right, stays moderate', () => {
    const probabilities = Float32Array.of(0.7, 0.2, 0.1, 0.2, 0.7, 0.1);
    const fitted = fitTemperature({ probabilities, labels: [0, 1], classes: CLASSES });
    expect(fitted).toBeGreaterThan(0.3);
    expect(fitted).toBeLessThan(1.5);
  });
});

it('counts the calibration error by bins of a fifteenth', () => {
  // Bin 10 of 9/15 to 10/15: 0.62 right, 0.66 wrong; bin 15: 0.95 right. Ties fall to the first class.
  const probabilities = Float32Array.of(0.62, 0.38, 0.66, 0.34, 0.05, 0.95);
  const error = calibrationError({ probabilities, labels: [0, 1, 1], classes: 2 });
  expect(error).toBeCloseTo((Math.abs(0.62 + 0.66 - 1) + Math.abs(0.95 - 1)) / 3, 6);
});

describe('the subspace of features', () => {
  const WIDTH = 8;
  const random = randomStream(1, 'plane');
  /** On the plane of the first two axes, around 5. */
  const onPlane = (): Float32Array => Float32Array.from({ length: WIDTH }, (_, i) => 5 + (i < 2 ? uniform(random) : 0));
  const features = Float32Array.from(Array.from({ length: 40 }, onPlane).flatMap((row) => [...row]));
  const subspace = readSubspace(writeSubspace(fitSubspace(features, WIDTH)));

  it('holds what is like them, also what it was not fitted to', () => {
    expect(distance(onPlane(), subspace)).toBeLessThan(1e-6);
  });

  it('is as far as what differs in another way', () => {
    const bent = onPlane();
    for (let i = 2; i < WIDTH; i++) bent[i] = 8;
    // Two directions of four are of no features, and may take a part of it.
    expect(distance(bent, subspace)).toBeGreaterThan(1);
    expect(distance(bent, subspace)).toBeLessThanOrEqual(9 * (WIDTH - 2) + 1e-3);
  });
});

it.each([
  [0.05, 19],
  [0.5, 10],
  [0.001, 20],
])('puts a threshold where a share of %d lies beyond it', (share, threshold) => {
  const distances = Array.from({ length: 20 }, (_, i) => 20 - i);
  expect(thresholdOf(distances, share)).toBe(threshold);
});
