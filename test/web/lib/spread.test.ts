import { describe, expect, it } from 'vitest';
import { spread } from '../../../web/src/lib/spread.js';

describe('spread', () => {
  it.each([
    ['leaves distant positions alone', [0, 20, 50], [0, 20, 50]],
    ['moves close ones down', [10, 12, 13, 60], [10, 24, 38, 60]],
    ['moves those at the lower end up', [90, 95, 99], [72, 86, 100]],
    ['takes none', [], []],
  ])('%s', (_, wanted, moved) => expect(spread(wanted, 14, 100)).toEqual(moved));
});
