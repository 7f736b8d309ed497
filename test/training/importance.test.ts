import { describe, expect, it } from 'vitest';
import { type Importance, importanceOf, type Observation } from '../../src/training/importance.js';
import { reference } from '../support/reference.js';

interface Golden {
  readonly trials: readonly Observation[];
  readonly shares: readonly number[];
  readonly explained: number;
  readonly correlations: readonly number[];
}

function computed(trials: readonly Observation[], seed = 1): Importance {
  const steps = importanceOf(trials, seed);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

describe('the importance of hyperparameters', () => {
  // test/reference/sweep_importance.py: a forest of scikit-learn, which draws other trials.
  const { trials, shares, explained, correlations } = reference<Golden>('sweep_importance.json');
  const found = computed(trials);

  it('is about that of scikit-learn, also with a trial that diverged', () => {
    for (const [i, { importance }] of found.parameters.entries()) {
      expect(Math.abs(importance - shares[i]!), `parameter ${i}`).toBeLessThan(0.05);
    }
    expect(Math.abs(found.explained - explained)).toBeLessThan(0.1);
    expect(found.parameters.reduce((sum, { importance }) => sum + importance, 0)).toBeCloseTo(1, 12);
  });

  it("has Spearman's correlation, as in SciPy", () => {
    for (const [i, { correlation }] of found.parameters.entries())
      expect(correlation).toBeCloseTo(correlations[i]!, 12);
  });

  it('is the same for the same seed', () => {
    expect(computed(trials)).toEqual(found);
    expect(computed(trials, 2)).not.toEqual(found);
  });

  it('is also that of values without an order, and of what may be empty', () => {
    const mixed = trials.map(({ values: [, , seed] }, i) => {
      const schedule = ['CONSTANT', 'COSINE', 'LINEAR'][i % 3]!;
      return { values: [schedule, i % 2 === 0 ? null : 3, seed], score: schedule === 'COSINE' ? 1 : 0 };
    });
    const { parameters } = computed(mixed);
    expect(parameters[0]!.importance).toBeGreaterThan(0.9);
    expect(parameters.map(({ correlation }) => correlation === null)).toEqual([true, true, false]);
  });

  it('is 0 where nothing differs', () => {
    const equal = computed(Array.from({ length: 6 }, () => ({ values: [1, 'a'], score: 0.5 })));
    expect(equal).toEqual({
      explained: 0,
      parameters: [
        { importance: 0, correlation: null },
        { importance: 0, correlation: null },
      ],
    });
  });
});
