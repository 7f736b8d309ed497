import { expect, it } from 'vitest';
import { cropPixels } from '../../src/datasets/decode.js';

const SIDE = 10;

/** Each quarter of the picture has a colour of its own. */
const quarters = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
  const [x, y] = [Math.floor(i / 3) % SIDE, Math.floor(i / 3 / SIDE)];
  return [x < SIDE / 2 ? 200 : 50, y < SIDE / 2 ? 200 : 50, 100][i % 3]!;
});

it('a crop of the whole image is the image', async () => {
  expect(new Uint8Array(await cropPixels(quarters, SIDE, { side: 1, left: 0.3, top: 0.9 }))).toEqual(quarters);
});

it.each([
  [0, 0, [200, 200, 100]],
  [1, 0, [50, 200, 100]],
  [0, 1, [200, 50, 100]],
  [1, 1, [50, 50, 100]],
])('a crop at %i, %i has the colour of that corner, at the size of the picture', async (left, top, colour) => {
  const pixels = await cropPixels(quarters, SIDE, { side: 0.5, left, top });
  expect([...pixels]).toEqual(Array.from({ length: SIDE * SIDE }, () => colour).flat());
});
