import { expect, it } from 'vitest';
import { mirrorPixels } from '../../src/datasets/decode.js';

it.each([
  [1, [1, 2, 3], [1, 2, 3]],
  [2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]],
])('a picture of side %i is turned left for right, colours kept', async (side, pixels, mirrored) => {
  const turned = await mirrorPixels(Uint8Array.from(pixels), side, side);
  expect([...turned]).toEqual(mirrored);
});

it('the middle column of an odd side stays', async () => {
  const pixels = Uint8Array.from({ length: 27 }, (_, i) => i);
  const turned = await mirrorPixels(pixels, 3, 3);
  for (let y = 0; y < 3; y++) {
    const column = (data: Uint8Array, x: number): number[] => [...data.subarray((y * 3 + x) * 3, (y * 3 + x + 1) * 3)];
    expect([column(turned, 0), column(turned, 1), column(turned, 2)]).toEqual([
      column(pixels, 2),
      column(pixels, 1),
      column(pixels, 0),
    ]);
  }
});
