import { expect, it } from 'vitest';
import { freePlace } from '../../../web/src/lib/free-place.js';

it.each([
  ['stays where nothing is', 50, [], 50],
  ['stays next to what is taken', 50, [[57, 80]], 50],
  ['moves up from a line below its middle', 50, [[52, 54]], 45],
  ['moves down from a line above its middle', 50, [[46, 48]], 55],
  [
    'does not move onto another line',
    50,
    [
      [52, 54],
      [36, 40],
    ],
    61,
  ],
  ['does not leave the chart', 4, [[6, 8]], 15],
  ['stays where all is taken', 50, [[0, 100]], 50],
] as const)('%s', (_, wanted, taken, place) => expect(freePlace(wanted, 14, taken, [0, 100])).toBe(place));
