import { describe, expect, it } from 'vitest';
import { type Progress, ProgressMeter } from '../../src/training/progress.js';

describe('the progress of a phase', () => {
  it('is reported at the first item, at most once per second, and at the end, with the time left at this rate', () => {
    const seen: Progress<'training'>[] = [];
    let now = 0;
    const meter = new ProgressMeter(
      'training',
      10,
      (progress) => seen.push(progress),
      0,
      () => now,
    );
    for (let i = 0; i < 10; i++) {
      now += 500;
      meter.add(1);
    }
    expect(seen.map(({ done }) => done)).toEqual([1, 3, 5, 7, 9, 10]);
    expect(seen.map(({ secondsLeft }) => secondsLeft)).toEqual([4.5, 3.5, 2.5, 1.5, 0.5, 0]);
    expect(seen.every(({ total }) => total === 10)).toBe(true);
  });

  it('continues after the items that were done before, which took none of its time', () => {
    const seen: Progress<'training'>[] = [];
    let now = 0;
    const meter = new ProgressMeter(
      'training',
      100,
      (progress) => seen.push(progress),
      60,
      () => now,
    );
    meter.add(0);
    now += 2000;
    meter.add(10);
    expect(seen).toEqual([
      { type: 'progress', phase: 'training', done: 60, total: 100, secondsLeft: null },
      { type: 'progress', phase: 'training', done: 70, total: 100, secondsLeft: 6 },
    ]);
  });
});
