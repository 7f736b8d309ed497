import { describe, expect, it } from 'vitest';
import { axisOf } from '../../../web/src/lib/parallel-axes.js';

describe('an axis of parallel coordinates', () => {
  const text = (value: unknown): string => `${value}`;

  it('places numbers by size, and marks all of a few', () => {
    const { shares, ticks } = axisOf('Dropout', [0, 0.5, 0.1, 0.1], 'auto', text);
    expect(shares).toEqual([0, 1, 0.2, 0.2]);
    expect(ticks).toEqual([
      { share: 0, text: '0' },
      { share: 0.2, text: '0.1' },
      { share: 1, text: '0.5' },
    ]);
  });

  it('is logarithmic where that is asked for, or where values are far apart', () => {
    for (const [values, scaled] of [
      [[1, 10, 100], 'log'],
      [[0.01, 1, 100], 'auto'],
    ] as const) {
      expect(axisOf('Rate', values, scaled, text).shares[1]).toBeCloseTo(0.5, 12);
    }
    expect(axisOf('Rate', [0, 50, 100], 'log', text).shares[1]).toBe(0.5); // there is no logarithm of 0
    expect(axisOf('Dropout', [0.001, 0.5, 1], 'linear', text).shares[1]).toBeCloseTo(0.5, 2);
  });

  it('marks the ends and the middle of many numbers', () => {
    const { ticks } = axisOf('Loss', [0, 1, 2, 3, 4, 5, 6.12345], 'linear', text);
    expect(ticks.map((tick) => tick.text)).toEqual(['0', '3.06', '6.12']);
  });

  it('places other values side by side, and one alone in the middle', () => {
    expect(axisOf('Schedule', ['B', 'A', null], 'auto', text)).toEqual({
      title: 'Schedule',
      shares: [0.5, 0, 1],
      ticks: [
        { share: 0, text: 'A' },
        { share: 0.5, text: 'B' },
        { share: 1, text: 'null' },
      ],
    });
    expect(axisOf('Seed', [4, 4], 'auto', text)).toMatchObject({
      shares: [0.5, 0.5],
      ticks: [{ share: 0.5, text: '4' }],
    });
  });
});
