import { describe, expect, it } from 'vitest';
import { nearest, step } from '../../../web/src/lib/nearest.js';

const PLACES = [
  { x: 0, y: 0 },
  { x: 10, y: 8 },
  { x: 20, y: 1 },
  { x: 0, y: 30 },
];

describe('places', () => {
  it('are chosen by the pointer where one is close', () => {
    expect(nearest(PLACES, { x: 12, y: 8 }, 5)).toBe(1);
    expect(nearest(PLACES, { x: 12, y: 18 }, 5)).toBeNull();
    expect(nearest([], { x: 0, y: 0 }, 5)).toBeNull();
  });

  it('are chosen by arrow keys, the closest in their direction', () => {
    expect(step(PLACES, 0, 'ArrowRight')).toBe(2); // the other one lies more to the side
    expect(step(PLACES, 2, 'ArrowLeft')).toBe(0);
    expect(step(PLACES, 0, 'ArrowDown')).toBe(1);
    expect(step(PLACES, 1, 'ArrowDown')).toBe(3);
    expect(step(PLACES, 0, 'ArrowUp')).toBeNull();
    expect(step(PLACES, null, 'ArrowUp')).toBe(0);
    expect(step(PLACES, 0, 'Enter')).toBeNull();
    expect(step([], null, 'ArrowUp')).toBeNull();
  });
});
