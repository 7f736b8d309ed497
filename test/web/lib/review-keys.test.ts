import { describe, expect, it } from 'vitest';
import { keyOfClass, reviewKey } from '../../../web/src/lib/review-keys.js';

const labels = Array.from({ length: 40 }, (_, i) => `class ${i}`);

describe('keys of a review', () => {
  it('are one for each of 32 classes, and what the page shows is what the key does', () => {
    const keys = labels.map((_, place) => keyOfClass(place));
    expect(keys.filter((key) => key !== undefined)).toHaveLength(32);
    for (const [place, key] of keys.entries()) {
      if (key === undefined) continue;
      expect(reviewKey(key, labels)).toEqual({ act: 'judge', label: labels[place] });
    }
  });

  it.each([
    ['0', { act: 'judge', label: null }],
    ['Enter', { act: 'right' }],
    ['s', { act: 'skip' }],
    ['S', { act: 'skip' }],
    [' ', { act: 'skip' }],
    ['u', { act: 'undo' }],
    ['A', { act: 'judge', label: 'class 9' }],
    ['g', null],
    ['Tab', null],
    ['', null],
    ['é', null],
  ])('%j does what its hint says', (key, expected) => expect(reviewKey(key, labels)).toEqual(expected));

  it('do nothing for classes that there are not', () => expect(reviewKey('3', ['cat', 'dog'])).toBeNull());
});
