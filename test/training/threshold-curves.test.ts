import { describe, expect, it } from 'vitest';
import { confidenceBins, topAnswers } from '../../src/calibration/calibration-error.js';
import { randomStream, uniform } from '../../src/random.js';
import { macroRoc, thresholdCurves } from '../../src/training/threshold-curves.js';
import { reference } from '../support/reference.js';

interface Golden {
  readonly labels: readonly number[];
  readonly answers: readonly number[];
  readonly classes: readonly {
    readonly rocArea: number;
    readonly averagePrecision: number;
    readonly roc: { readonly x: readonly number[]; readonly y: readonly number[] };
    readonly precisionRecall: { readonly x: readonly number[]; readonly y: readonly number[] };
  }[];
  readonly macroRoc: readonly number[];
  readonly reliability: { readonly accuracy: readonly number[]; readonly meanConfidence: readonly number[] };
}

const CLASSES = 4;

const of = (
  scores: Float32Array,
  classes: number,
  labels: readonly number[],
  c: number,
): [Float32Array, Float32Array] => {
  const scoresOf = (isOfClass: boolean): Float32Array =>
    Float32Array.from(labels.flatMap((label, i) => ((label === c) === isOfClass ? [scores[i * classes + c]!] : [])));
  return [scoresOf(true), scoresOf(false)];
};

/** Expects the golden points in order; scikit-learn leaves out thresholds after full recall. */
function expectPoints(found: readonly number[], golden: readonly number[]): void {
  expect(found.length).toBeGreaterThanOrEqual(golden.length);
  for (const [i, value] of golden.entries()) expect(found[i], `point ${i}`).toBeCloseTo(value, 5);
}

// test/reference/test_curves.py: scikit-learn.
describe('the curves of a class', () => {
  const { labels, answers, classes, macroRoc: macro, reliability } = reference<Golden>('test_curves.json');
  const probabilities = Float32Array.from(answers);
  const curves = Array.from({ length: CLASSES }, (_, c) => thresholdCurves(...of(probabilities, CLASSES, labels, c)));

  it('have the areas and the points of scikit-learn, for answers of which many are equal', () => {
    for (const [c, golden] of classes.entries()) {
      const { rocArea, averagePrecision, roc, precisionRecall } = curves[c]!;
      expect(rocArea).toBeCloseTo(golden.rocArea, 12);
      expect(averagePrecision).toBeCloseTo(golden.averagePrecision, 12);
      expectPoints(roc!.x, golden.roc.x);
      expectPoints(roc!.y, golden.roc.y);
      expectPoints(precisionRecall!.x, golden.precisionRecall.x);
      expectPoints(precisionRecall!.y, golden.precisionRecall.y);
    }
  });

  it('have the mean of scikit-learn', () => {
    const { x, y } = macroRoc(curves.flatMap(({ meanPart }) => meanPart ?? []))!;
    expect([x[0], y[0], x.at(-1), y.at(-1)]).toEqual([0, 0, 1, 1]);
    expectPoints(y.slice(1), macro);
  });

  it('are null for a class without images', () => {
    expect(curves[CLASSES - 1]).toEqual({
      rocArea: null,
      averagePrecision: null,
      roc: null,
      precisionRecall: null,
      meanPart: null,
    });
    expect(macroRoc([])).toBeNull();
  });

  it('have no ROC where all images are of the class', () => {
    const { rocArea, averagePrecision, precisionRecall } = thresholdCurves(
      Float32Array.of(0.2, 0.9),
      Float32Array.of(),
    );
    expect({ rocArea, averagePrecision }).toEqual({ rocArea: null, averagePrecision: 1 });
    expect(precisionRecall).toEqual({ x: [0, 0.5, 1], y: [1, 1, 1] });
  });

  it('have few points and exact areas, however many images there are', () => {
    const random = randomStream(1, 'many');
    const draw = (power: number): Float32Array => Float32Array.from({ length: 20_000 }, () => uniform(random) ** power);
    const { rocArea, roc, precisionRecall } = thresholdCurves(draw(1), draw(3));
    for (const { x, y } of [roc!, precisionRecall!]) {
      expect(x.length).toBeLessThanOrEqual(200);
      expect(x.length).toBeGreaterThan(100);
      expect([x[0], x.at(-1)]).toEqual([0, 1]);
      expect(y).toHaveLength(x.length);
    }
    expect(rocArea).toBeCloseTo(0.75, 2); // P(u > v ** 3) for u and v from 0 to 1
    const drawn = roc!.x
      .slice(1)
      .reduce((sum, x, i) => sum + ((x - roc!.x[i]!) * (roc!.y[i + 1]! + roc!.y[i]!)) / 2, 0);
    expect(drawn).toBeCloseTo(rocArea!, 3);
  });

  it('go with the reliability diagram of scikit-learn', () => {
    const bins = confidenceBins(topAnswers({ probabilities, labels, classes: CLASSES }));
    expect(bins.map(({ from, to }) => [from, to])).toEqual(
      Array.from({ length: 15 }, (_, i) => [i / 15, (i + 1) / 15]),
    );
    const filled = bins.filter(({ images }) => images > 0);
    expect(filled.reduce((sum, { images }) => sum + images, 0)).toBe(labels.length);
    expectPoints(
      filled.map(({ correct, images }) => correct / images),
      reliability.accuracy,
    );
    expectPoints(
      filled.map(({ meanConfidence }) => meanConfidence!),
      reliability.meanConfidence,
    );
  });
});
