import { expect, it } from 'vitest';
import { randomStream } from '../../src/random.js';
import { drawMixes, mixTargets } from '../../src/training/mixup.js';

const DRAWS = 4000;

it.each([0.1, 0.4, 1])('shares are those of Beta(%f, %f)', (alpha) => {
  const shares = Array.from({ length: DRAWS }, (_, step) => drawMixes(alpha, randomStream(1, 'test', step))(1).own);
  const mean = shares.reduce((sum, share) => sum + share, 0) / DRAWS;
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / DRAWS;
  expect(mean).toBeCloseTo(0.5, 1);
  expect(variance * 4 * (2 * alpha + 1)).toBeCloseTo(1, 1); // 1 / (4 (2 alpha + 1))
  expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
});

it('a batch has one share, and every example is the partner of one in its pass', () => {
  const draw = drawMixes(0.4, randomStream(1, 'test'));
  const [first, second] = [draw(50), draw(50)];
  expect(second.own).toBe(first.own);
  expect(second.partners).not.toEqual(first.partners);
  for (const { partners } of [first, second]) {
    expect(partners.toSorted()).toEqual(Int32Array.from({ length: 50 }, (_, row) => row));
  }
});

it('targets are mixed as their examples are', () => {
  const mixed = mixTargets(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), { own: 0.75, partners: Int32Array.of(1, 1, 0) });
  expect([...mixed]).toEqual([0.75, 0.25, 0, 0, 1, 0, 0.25, 0, 0.75]);
});
