import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePixels, type Fit, measureImage } from '../../src/datasets/decode.js';
import { noise, png } from './fixtures.js';

const RED = [255, 0, 0];
const BLUE = [0, 0, 255];

/** Red on the left, blue on the right. */
async function twoColours(width: number, height: number): Promise<Sharp> {
  const left = await sharp({ create: { width: width / 2, height, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const whole = sharp({ create: { width, height, channels: 3, background: 'blue' } });
  return sharp(
    await whole
      .composite([{ input: left, gravity: 'west' }])
      .png()
      .toBuffer(),
  );
}

const flat = (background: string, channels: 3 | 4 = 3) =>
  sharp({ create: { width: 4, height: 4, channels, background } });

const decode = (encoded: Uint8Array, width: number, height: number, fit: Fit = 'cover') =>
  decodePixels(encoded, { width, height, fit });

function pixelAt(pixels: Uint8Array, index: number): number[] {
  return [...pixels.subarray(3 * index, 3 * index + 3)];
}

describe('decodePixels', () => {
  it("gives the decoder's own bytes, unresampled, when the size is equal", async () => {
    const encoded = await noise(1, 32, 32).jpeg().toBuffer();
    expect(await decode(encoded, 32, 32)).toEqual(await sharp(encoded).raw().toBuffer());
  });

  it('applies the EXIF orientation: 6 turns left into top', async () => {
    const encoded = await (await twoColours(8, 4)).withMetadata({ orientation: 6 }).png().toBuffer();
    const pixels = await decode(encoded, 4, 8);
    expect([pixelAt(pixels, 0), pixelAt(pixels, 31)]).toEqual([RED, BLUE]);
    expect(await measureImage(encoded)).toMatchObject({ width: 4, height: 8 });
  });

  it('crops around the centre for cover and stretches for fill', async () => {
    const encoded = await (await twoColours(16, 4)).png().toBuffer();
    const cover = await decode(encoded, 4, 4);
    expect([0, 1, 2, 3].map((x) => pixelAt(cover, x))).toEqual([RED, RED, BLUE, BLUE]);
    expect(await decode(encoded, 4, 4, 'fill')).toHaveLength(4 * 4 * 3);
  });

  it.each([
    ['transparency onto white', () => flat('rgba(255, 0, 0, 0.5)', 4).png(), [255, 127, 127]],
    ['grey to RGB', () => flat('#808080').greyscale().jpeg(), [128, 128, 128]],
    ['grey with transparency to RGB', () => flat('rgba(0, 0, 0, 0)', 4).toColourspace('b-w').png(), [255, 255, 255]],
    ['CMYK to RGB', () => flat('white').toColourspace('cmyk').jpeg(), [255, 255, 255]],
    ['16 bits to 8', () => flat('#804020').toColourspace('rgb16').png(), [128, 64, 32]],
    ['16 bits of grey to 8 of RGB', () => flat('#808080').toColourspace('grey16').png(), [128, 128, 128]],
  ])('turns %s', async (_, make, expected) => {
    const pixels = await decode(await make().toBuffer(), 4, 4);
    expect(pixels).toHaveLength(4 * 4 * 3);
    for (const [channel, value] of expected.entries())
      expect(Math.abs(pixels[channel]! - value)).toBeLessThanOrEqual(1);
  });

  it('takes the first frame of an animation', async () => {
    const frames = await Promise.all(['red', 'blue'].map((colour) => flat(colour).png().toBuffer()));
    const encoded = await sharp(frames, { join: { animated: true } })
      .gif({ loop: 0, delay: [50, 50] })
      .toBuffer();
    expect((await sharp(encoded).metadata()).pages).toBe(2);
    const pixels = await decode(encoded, 4, 4);
    expect(pixels).toHaveLength(4 * 4 * 3);
    expect(pixelAt(pixels, 0)).toEqual(RED);
  });

  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'reads %s, and refuses it when it is cut',
    async (format) => {
      const encoded = await noise(2, 16, 16).toFormat(format).toBuffer();
      expect(await decode(encoded, 8, 8)).toHaveLength(8 * 8 * 3);
      const refusal = { code: 'IMAGE_REFUSED', message: 'truncated or damaged' };
      await expect(decode(encoded.subarray(0, encoded.length * 0.7), 8, 8)).rejects.toMatchObject(refusal);
      await expect(measureImage(encoded.subarray(0, encoded.length * 0.7))).rejects.toMatchObject(refusal);
    },
  );

  it.each([
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
    ['a PDF', '%PDF-1.7\n'],
    ['nothing', ''],
  ])('refuses %s', async (_, content) => {
    await expect(decode(Buffer.from(content), 8, 8)).rejects.toMatchObject({
      code: 'IMAGE_REFUSED',
      message: 'not a JPEG, PNG, WebP, GIF, TIFF or AVIF image',
    });
  });

  it('refuses more pixels than the limit, with the numbers', async () => {
    const options = { width: 8, height: 8, fit: 'cover', maxPixels: 100 } as const;
    await expect(decodePixels(await png(3, 20, 10), options)).rejects.toMatchObject({
      code: 'IMAGE_REFUSED',
      message: '20 x 10 pixels are 0.0002 MP; the limit is 0.0001 MP',
      details: { limit: 'maxPixels', value: 100, received: 200 },
    });
  });
});
