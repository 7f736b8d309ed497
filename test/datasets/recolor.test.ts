import sharp from 'sharp';
import { expect, it } from 'vitest';
import { recolorPixels } from '../../src/datasets/decode.js';
import { randomStream } from '../../src/random.js';

const SIDE = 16;
const SAME = { brightness: 1, contrast: 1, saturation: 1 };
const random = randomStream(1, 'pixels');
/** Values that no factor below drives out of 0 to 255, so that nothing is cut off. */
const pixels = Uint8Array.from({ length: SIDE * SIDE * 3 }, () => 80 + ((random.next() >>> 0) % 80));

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
const grays = (values: Uint8Array): number[] =>
  Array.from({ length: values.length / 3 }, (_, i) => {
    const [red, green, blue] = values.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });

it('changes nothing with factors of 1, and rounds at most by half', () => {
  expect(recolorPixels(pixels, SAME)).toEqual(pixels);
});

it('brightness multiplies every value, as in libvips', async () => {
  const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
  const expected = await sharp(pixels, { raw }).linear(1.3, 0).raw().toBuffer();
  expect(largest(recolorPixels(pixels, { ...SAME, brightness: 1.3 }), expected)).toBeLessThanOrEqual(1);
});

it('contrast keeps the mean gray, and scales the distance from it', () => {
  const changed = recolorPixels(pixels, { ...SAME, contrast: 0.6 });
  const middle = mean(grays(pixels));
  expect(mean(grays(changed))).toBeCloseTo(middle, 0);
  expect(
    largest(
      changed,
      Array.from(pixels, (value) => middle + 0.6 * (value - middle)),
    ),
  ).toBeLessThanOrEqual(0.51);
});

it('saturation keeps the gray of every pixel; none leaves a gray image', () => {
  expect(largest(grays(recolorPixels(pixels, { ...SAME, saturation: 1.4 })), grays(pixels))).toBeLessThanOrEqual(0.51);
  const gray = recolorPixels(pixels, { ...SAME, saturation: 0 });
  expect(
    largest(
      gray,
      grays(pixels).flatMap((value) => [value, value, value]),
    ),
  ).toBeLessThanOrEqual(0.51);
});

it('ends at black and white', () => {
  expect(recolorPixels(Uint8Array.of(250, 250, 250, 0, 0, 0), { ...SAME, brightness: 1.4 })).toEqual(
    Uint8Array.of(255, 255, 255, 0, 0, 0),
  );
  expect(Math.max(...recolorPixels(Uint8Array.of(255, 0, 0), { ...SAME, saturation: 1.4 }))).toBe(255);
});
