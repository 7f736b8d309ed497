import { describe, expect, it } from 'vitest';
import { principalPlane } from '../../src/training/projection.js';
import { reference } from '../support/reference.js';

interface Golden {
  readonly width: number;
  readonly rows: readonly number[];
  readonly points: readonly number[];
  readonly explained: readonly [number, number];
}

describe('the plane of the largest variance', () => {
  // test/reference/projection.py: PCA of scikit-learn.
  const { width, rows, points, explained } = reference<Golden>('projection.json');

  it.each([1, 2])('is that of scikit-learn, with seed %d', (seed) => {
    const found = principalPlane(Float32Array.from(rows), width, seed);
    for (const [i, share] of explained.entries()) expect(found.explained[i]).toBeCloseTo(share, 4);
    for (const [i, value] of points.entries()) expect(found.points[i], `value ${i}`).toBeCloseTo(value, 1);
  });

  it('is the same for the same seed', () => {
    const [one, other] = [1, 1].map((seed) => principalPlane(Float32Array.from(rows), width, seed));
    expect(one).toEqual(other);
  });

  it('has no axes where all rows are equal, and one where they lie on a line', () => {
    expect(principalPlane(Float32Array.of(1, 2, 1, 2), 2, 1)).toEqual({
      points: new Float32Array(4),
      explained: [0, 0],
    });
    const line = principalPlane(Float32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2), 3, 1);
    expect(line.explained[0]).toBeCloseTo(1, 6);
    expect(line.explained[1]).toBeCloseTo(0, 6);
    expect([0, 2, 4].map((i) => line.points[i])).toEqual([
      expect.closeTo(Math.sqrt(3), 5), // as far out as the last one: the first decides the sign
      expect.closeTo(0, 5),
      expect.closeTo(-Math.sqrt(3), 5),
    ]);
  });
});
