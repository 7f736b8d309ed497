import { describe, expect, it } from 'vitest';
import { mostConfused } from '../../../web/src/lib/confusion.js';
import { shareInterval } from '../../../web/src/lib/intervals.js';

describe('the interval of a share', () => {
  // Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i of %i is the one that is published', (hits, of, low, high) => {
    const interval = shareInterval(hits, of);
    expect(interval?.[0]).toBeCloseTo(low, 4);
    expect(interval?.[1]).toBeCloseTo(high, 4);
  });

  it('stays within 0 and 1, and there is none of nothing', () => {
    expect(shareInterval(5, 5)?.[1]).toBe(1);
    expect(shareInterval(0, 0)).toBeNull();
  });
});

describe('what was confused most', () => {
  const confusion = {
    labels: ['cat', 'dog', 'frog'],
    counts: [
      [8, 2, 0],
      [3, 7, 0],
      [1, 0, 0],
    ],
  };

  it('is told by the number of images, with their share of the class, and not what was right', () => {
    expect(mostConfused(confusion, 2)).toEqual([
      { truth: 'dog', predicted: 'cat', images: 3, share: 0.3 },
      { truth: 'cat', predicted: 'dog', images: 2, share: 0.2 },
    ]);
    expect(mostConfused(confusion, 10)).toHaveLength(3);
  });
});
