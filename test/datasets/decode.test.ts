import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePixels, type Fit, measureImage } from '../../src/datasets/decode.js';
import { noise, png } from './archives.js';
import { COLORS_DECODED, FOREIGN_FILES, flat } from './cases/images.js';

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

  it.each(COLORS_DECODED)('turns %s', async (_, make, expected) => {
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

  it.each(FOREIGN_FILES)('refuses %s by its name, with what to do', async (_, content, message) => {
    await expect(decode(content, 8, 8)).rejects.toMatchObject({
      code: 'IMAGE_REFUSED',
      message: expect.stringContaining(message),
    });
  });

  it.each(['srgb', 'p3'])('decodes 16-bit colors with the profile %s as those of 8 bits', async (profile) => {
    const colours = flat('rgb(200, 100, 50)').withIccProfile(profile);
    const deep = await decode(await colours.toColourspace('rgb16').png().toBuffer(), 4, 4);
    for (const [i, value] of [200, 100, 50].entries()) expect(Math.abs(deep[i]! - value)).toBeLessThanOrEqual(1);
  });

  it.each(['jpeg', 'png', 'webp', 'tiff', 'avif'] as const)('decodes Display P3 of %s to sRGB', async (format) => {
    const encoded = await flat('rgb(200, 100, 50)').withIccProfile('p3').toFormat(format, { quality: 100 }).toBuffer();
    const pixels = await decode(encoded, 4, 4);
    for (const [i, value] of [200, 100, 50].entries()) expect(Math.abs(pixels[i]! - value)).toBeLessThanOrEqual(3);
  });

  it('says that a JPEG is lossless or has 12 bits, not that it is damaged', async () => {
    const encoded = await noise(1, 16, 16).jpeg().toBuffer();
    const frame = encoded.indexOf(Buffer.from([0xff, 0xc0]));
    const patched = (at: number, value: number) =>
      Buffer.from(encoded.map((byte, i) => (i === frame + at ? value : byte)));
    await expect(measureImage(patched(1, 0xc3))).rejects.toThrow('a lossless JPEG: save it as ordinary JPEG or as PNG');
    await expect(measureImage(patched(4, 12))).rejects.toThrow('a JPEG of 12-bit samples: save it with 8 bits');
  });
});

describe('the memory of a photo', () => {
  const options = { width: 8, height: 8, fit: 'cover' } as const;

  it('bounds its decoded size, and the refusal speaks of megapixels', async () => {
    await expect(decodePixels(await png(3, 20, 10), { ...options, maxPhotoMemory: 300 })).rejects.toMatchObject({
      code: 'IMAGE_REFUSED',
      message: '0.0002 MP (20 x 10); the limit is 0.0001 MP',
      details: { limit: 'maxPhotoMemory', value: 300, received: 600, pixels: 200 },
    });
  });

  const colours = noise(4, 64, 32);
  it.each<[string, Sharp, number]>([
    ['a JPEG', colours.clone().jpeg(), 3],
    ['a progressive JPEG', colours.clone().jpeg({ progressive: true, chromaSubsampling: '4:2:0' }), 3],
    [
      'a progressive JPEG without subsampling',
      colours.clone().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
      6,
    ],
    ['a PNG', colours.clone().png(), 3],
    ['a PNG with transparency', noise(5, 64, 32, 4).png(), 4],
    ['a PNG of 16 bits', colours.clone().toColourspace('rgb16').png(), 6],
    ['a WebP', colours.clone().webp(), 4],
    ['a GIF', colours.clone().gif(), 5],
    ['an AVIF', colours.clone().avif(), 8],
  ])('of %s is counted by its header', async (_, image, bytesPerPixel) => {
    const encoded = await image.toBuffer();
    const memory = 64 * 32 * bytesPerPixel;
    const bound = { ...options, maxPhotoMemory: memory };
    expect(await decodePixels(encoded, bound)).toEqual(await decodePixels(encoded, options));
    expect(await measureImage(encoded, memory)).toEqual(await measureImage(encoded));
    await expect(measureImage(encoded, memory - 1)).rejects.toMatchObject({ details: { received: memory } });
  });

  it.each<[string, (image: Sharp) => Sharp]>([
    ['JPEG', (image) => image.jpeg({ quality: 90 })],
    ['JPEG on its side', (image) => image.jpeg({ quality: 90 }).withMetadata({ orientation: 6 })],
    ['progressive JPEG', (image) => image.jpeg({ progressive: true })],
  ])('suffices for a %s of 48 MP', async (form, encode) => {
    const left = await flat('red').resize(4000, 6000).png().toBuffer();
    const blue = sharp({ create: { width: 8000, height: 6000, channels: 3, background: 'blue' } });
    const large = await encode(blue.composite([{ input: left, gravity: 'west' }])).toBuffer();
    const isOnSide = form.endsWith('side');
    const size = isOnSide ? { width: 6000, height: 8000 } : { width: 8000, height: 6000 };
    const measured = await measureImage(large, 150_000_000);
    expect(measured).toMatchObject(size);
    for (const [i, mean] of [127, 0, 127].entries()) expect(Math.abs(measured.facts.mean[i]! - mean)).toBeLessThan(2);
    const pixels = await decodePixels(large, { ...options, maxPhotoMemory: 150_000_000 });
    const last = pixelAt(pixels, 63);
    for (const [i, value] of RED.entries()) expect(Math.abs(pixelAt(pixels, 0)[i]! - value)).toBeLessThan(4);
    for (const [i, value] of BLUE.entries()) expect(Math.abs(last[i]! - value)).toBeLessThan(4);
  });
});
