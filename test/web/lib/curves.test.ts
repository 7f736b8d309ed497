import { describe, expect, it } from 'vitest';
import { bestEpoch, curvesOf } from '../../../web/src/lib/curves.js';
import { smooth } from '../../../web/src/lib/smoothing.js';

const epoch = (number: number, loss: number) => ({
  epoch: number,
  trainLoss: loss / 2,
  trainAccuracy: 0.5,
  validationLoss: loss,
  validationAccuracy: 1 - loss / 10,
});

describe('smoothing', () => {
  it('keeps what is constant constant, from the first value on', () => {
    for (const value of smooth([3, 3, 3, 3], 0.95)) expect(value).toBeCloseTo(3, 12);
  });

  it('begins with the first value, not with zero, and weighs what came before', () => {
    const [first, second] = smooth([1, 3], 0.5);
    expect(first).toBe(1);
    expect(second).toBeCloseTo((0.25 * 1 + 0.5 * 3) / 0.75, 12);
  });

  it('leaves gaps as they are, and changes nothing with weight 0', () => {
    expect(smooth([1, null, 3], 0)).toEqual([1, null, 3]);
    expect(smooth([null, 2, null], 0.9)).toEqual([null, 2, null]);
  });
});

describe('curves', () => {
  const long = { name: 'long', color: '--a', epochs: [epoch(1, 3), epoch(2, 1), epoch(3, 2)] };
  const short = { name: 'short', color: '--b', epochs: [epoch(1, 4)] };

  it('stand over the epochs of the longest run, with gaps where another one has none', () => {
    const { x, lines } = curvesOf([long, short], 'Loss', 0);
    expect(x).toEqual([1, 2, 3]);
    expect(lines.map(({ name, values }) => [name, values])).toEqual([
      ['long validation', [3, 1, 2]],
      ['long train', [1.5, 0.5, 1]],
      ['short validation', [4, null, null]],
      ['short train', [2, null, null]],
    ]);
  });

  it('tell runs by color, training by dashes, and name each run once', () => {
    const { lines } = curvesOf([long, short], 'Accuracy', 0);
    expect(lines.map(({ color, dashed, label }) => [color, dashed, label])).toEqual([
      ['--a', false, 'long'],
      ['--a', true, undefined],
      ['--b', false, 'short'],
      ['--b', true, undefined],
    ]);
  });

  it('that are smoothed are drawn over what they were made of', () => {
    const { lines } = curvesOf([{ ...long, name: '' }], 'Loss', 0.5);
    expect(lines.map(({ name, faint }) => [name, faint])).toEqual([
      ['validation, raw', true],
      ['validation', false],
      ['train, raw', true],
      ['train', false],
    ]);
  });

  it('of no epoch are empty', () => {
    expect(curvesOf([{ ...long, epochs: [] }], 'Loss', 0).x).toEqual([]);
  });

  it('have their best epoch where the validation loss is least, the first of equal ones', () => {
    expect(bestEpoch(long.epochs)).toBe(2);
    expect(bestEpoch([epoch(1, 2), epoch(2, 2)])).toBe(1);
    expect(bestEpoch([])).toBeNull();
  });
});
