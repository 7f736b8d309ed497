import { describe, expect, it } from 'vitest';
import type { RunProgress } from '../../../src/domain/run/run-event.js';
import { SteadyProgress } from '../../../src/domain/run/steady-progress.js';

const progress = (phase: RunProgress['phase'], done: number, total = 100): RunProgress => ({
  ...{ phase, done, total },
  secondsLeft: total - done,
});

describe('the progress of a run that is resumed', () => {
  it('stays where it was until the attempt has caught up, phase by phase', () => {
    const steady = new SteadyProgress([progress('features', 100), progress('training', 40)]);
    const shown = [30, 39, 41, 50].map((done) => steady.next(progress('training', done)));
    expect(shown.map(({ done }) => done)).toEqual([40, 40, 41, 50]);
    expect(shown.map(({ secondsLeft }) => secondsLeft)).toEqual([70, 61, 59, 50]); // of the work that is left in fact
  });

  it('starts anew where the work is other work, and in a phase that is new', () => {
    const steady = new SteadyProgress([progress('features', 100)]);
    expect(steady.next(progress('features', 10, 200)).done).toBe(10);
    expect(steady.next(progress('training', 5)).done).toBe(5);
  });
});
