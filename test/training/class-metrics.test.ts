import { describe, expect, it } from 'vitest';
import { classScores, macroAverage } from '../../src/training/class-metrics.js';

describe('the scores of classes', () => {
  // By hand: of 5 cats 3 are recognized, and 2 dogs are taken for cats; nothing is ever taken for a bird.
  const confusion = [
    [3, 2, 0],
    [2, 6, 0],
    [0, 1, 0],
  ];

  it('are precision, recall, F1 and support', () => {
    const [cat, dog, bird] = classScores(confusion);
    expect(cat).toEqual({ precision: 3 / 5, recall: 3 / 5, f1: 6 / 10, support: 5 });
    expect(dog).toEqual({ precision: 6 / 9, recall: 6 / 8, f1: 12 / 17, support: 8 });
    expect(bird).toEqual({ precision: null, recall: 0, f1: 0, support: 1 });
  });

  it('are null where a class has no images and is never answered', () => {
    const scores = classScores([
      [1, 0],
      [0, 0],
    ]);
    expect(scores[1]).toEqual({ precision: null, recall: null, f1: null, support: 0 });
    expect(macroAverage(scores)).toEqual({ precision: 1, recall: 1, f1: 1 });
    expect(macroAverage([])).toEqual({ precision: null, recall: null, f1: null });
  });

  it('average over the classes that have one', () => {
    const { precision, recall, f1 } = macroAverage(classScores(confusion));
    expect(precision).toBeCloseTo((3 / 5 + 6 / 9) / 2, 12);
    expect(recall).toBeCloseTo((3 / 5 + 6 / 8 + 0) / 3, 12);
    expect(f1).toBeCloseTo((6 / 10 + 12 / 17 + 0) / 3, 12);
  });
});
