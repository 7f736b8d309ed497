import sharp from 'sharp';
import { expect, it } from 'vitest';
import { ContactSheet } from '../../src/datasets/thumbnails.js';

const SIDE = 16;
const COLORS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
] as const;
const WHITE = [255, 255, 255] as const;

it('a contact sheet has its squares row by row, and white in places without one', async () => {
  const sheet = new ContactSheet(COLORS.length, SIDE, 2);
  for (const [i, color] of COLORS.entries()) {
    sheet.put(
      i,
      Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) => color[at % 3]!),
    );
  }
  const { data, info } = await sharp(await sheet.webp())
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 2 * SIDE, height: 2 * SIDE, channels: 3 });
  for (const [i, color] of [...COLORS, WHITE].entries()) {
    const [x, y] = [(i % 2) * SIDE + SIDE / 2, Math.floor(i / 2) * SIDE + SIDE / 2];
    const at = (y * info.width + x) * 3;
    // WebP with loss, in the middle of a square of one color.
    for (const [channel, value] of color.entries()) expect(Math.abs(data[at + channel]! - value)).toBeLessThan(8);
  }
});
