import { describe, expect, it } from 'vitest';
import { decodePixels, measureImage } from '../../src/datasets/decode.js';
import { type TiffParts, tiffOf } from './tiff.js';

const [WHITE_IS_0, GRAY, RGB, PALETTE, MASK, CMYK, YCBCR, LAB] = [0, 1, 2, 3, 4, 5, 6, 8];
const [UNKNOWN, PREMULTIPLIED, TRANSPARENCY] = [0, 1, 2];

/** All pixels are equal: the first one. */
async function firstPixel(parts: TiffParts): Promise<number[]> {
  const pixels = await decodePixels(tiffOf(parts), { width: 2, height: 2, fit: 'cover' });
  expect(pixels).toHaveLength(12);
  return [...pixels.subarray(0, 3)];
}

describe('a TIFF', () => {
  // By TIFF 6.0; transparency on white: 200 * 128 / 255 + 255 * 127 / 255 = 227.
  it.each<[string, TiffParts, number[]]>([
    ['RGB, 8 bits', { photometric: RGB, pixel: [200, 100, 50] }, [200, 100, 50]],
    ['RGB, 16 bits', { photometric: RGB, bits: 16, pixel: [51_400, 25_700, 12_850] }, [200, 100, 50]],
    ['RGB, infrared', { photometric: RGB, pixel: [200, 100, 50, 128], extraSamples: [UNKNOWN] }, [200, 100, 50]],
    ['RGB, infrared of 0', { photometric: RGB, pixel: [200, 100, 50, 0], extraSamples: [UNKNOWN] }, [200, 100, 50]],
    ['RGB and a band of no meaning', { photometric: RGB, pixel: [200, 100, 50, 9] }, [200, 100, 50]],
    ['RGBA', { photometric: RGB, pixel: [200, 100, 50, 128], extraSamples: [TRANSPARENCY] }, [227, 177, 152]],
    [
      'RGBA, premultiplied',
      { photometric: RGB, pixel: [100, 50, 25, 128], extraSamples: [PREMULTIPLIED] },
      [227, 177, 152],
    ],
    ['gray, 8 bits', { photometric: GRAY, pixel: [120] }, [120, 120, 120]],
    ['gray, 16 bits', { photometric: GRAY, bits: 16, pixel: [120 * 257] }, [120, 120, 120]],
    ['gray, 4 bits', { photometric: GRAY, bits: 4, pixel: [7] }, [119, 119, 119]],
    ['gray, 2 bits', { photometric: GRAY, bits: 2, pixel: [1] }, [85, 85, 85]],
    ['1 bit', { photometric: GRAY, bits: 1, pixel: [1] }, [255, 255, 255]],
    ['1 bit, white is 0', { photometric: WHITE_IS_0, bits: 1, pixel: [1] }, [0, 0, 0]],
    ['gray, white is 0', { photometric: WHITE_IS_0, pixel: [135] }, [120, 120, 120]],
    ['gray, 16 bits, white is 0', { photometric: WHITE_IS_0, bits: 16, pixel: [135 * 257] }, [120, 120, 120]],
    ['gray with transparency', { photometric: GRAY, pixel: [120, 128], extraSamples: [TRANSPARENCY] }, [187, 187, 187]],
    ['CMYK without ink', { photometric: CMYK, pixel: [0, 0, 0, 0] }, [255, 255, 255]],
  ])('of %s is decoded to what a viewer shows', async (_, parts, expected) => {
    const pixel = await firstPixel(parts);
    for (const [i, value] of expected.entries()) expect(Math.abs(pixel[i]! - value), `${pixel}`).toBeLessThanOrEqual(1);
  });

  const bands = (count: number, meaning: number): TiffParts => ({
    photometric: GRAY,
    pixel: Array.from({ length: count }, () => 120),
    extraSamples: Array.from({ length: count - 1 }, () => meaning),
  });

  it.each<[string, TiffParts, string]>([
    ['13 bands', bands(13, UNKNOWN), 'a TIFF with 13 bands (a satellite image?): convert it to RGB, 8 bits'],
    ['4 gray bands', bands(4, UNKNOWN), 'a TIFF with 4 bands (a satellite image?): convert it to RGB, 8 bits'],
    ['2 gray bands', bands(2, UNKNOWN), 'a TIFF with 2 bands (a satellite image?): convert it to RGB, 8 bits'],
    [
      'RGB and two more bands',
      { photometric: RGB, pixel: [1, 2, 3, 4, 5], extraSamples: [TRANSPARENCY, UNKNOWN] },
      'a TIFF with 5 bands (a satellite image?): convert it to RGB, 8 bits',
    ],
    [
      'gray floats',
      { photometric: GRAY, bits: 32, sampleFormat: 3, pixel: [0.5] },
      'a TIFF of 32-bit float samples: convert it to RGB, 8 bits',
    ],
    [
      'RGB floats',
      { photometric: RGB, bits: 32, sampleFormat: 3, pixel: [0.8, 0.4, 0.2] },
      'a TIFF of 32-bit float samples: convert it to RGB, 8 bits',
    ],
    [
      'half floats',
      { photometric: RGB, bits: 16, sampleFormat: 3, pixel: [0x3a00, 0x3600, 0x3200] },
      'a TIFF of 16-bit float samples: convert it to RGB, 8 bits',
    ],
    [
      'doubles',
      { photometric: GRAY, bits: 64, sampleFormat: 3, pixel: [0.5] },
      'a TIFF of 64-bit float samples: convert it to RGB, 8 bits',
    ],
    [
      '8-bit signed integers',
      { photometric: GRAY, sampleFormat: 2, pixel: [100] },
      'a TIFF of 8-bit signed integer samples: convert it to RGB, 8 bits',
    ],
    [
      '16-bit signed integers',
      { photometric: RGB, bits: 16, sampleFormat: 2, pixel: [1, 2, 3] },
      'a TIFF of 16-bit signed integer samples: convert it to RGB, 8 bits',
    ],
    [
      '32-bit integers',
      { photometric: GRAY, bits: 32, pixel: [2 ** 30] },
      'a TIFF of 32-bit samples: convert it to RGB, 8 bits',
    ],
    [
      'complex numbers',
      { photometric: GRAY, bits: 64, sampleFormat: 6, pixel: [1] },
      'a TIFF of 64-bit complex samples: convert it to RGB, 8 bits',
    ],
    ['12 bits', { photometric: GRAY, bits: 12, pixel: [1, 1] }, 'a TIFF of 12-bit samples: convert it to RGB, 8 bits'],
    [
      'YCbCr without JPEG',
      { photometric: YCBCR, pixel: [124, 86, 182] },
      'a TIFF of YCbCr samples without JPEG compression: convert it to RGB, 8 bits',
    ],
    ['Lab', { photometric: LAB, pixel: [128, 0, 0] }, 'a TIFF of CIELab values: convert it to RGB, 8 bits'],
    ['a mask', { photometric: MASK, pixel: [1] }, 'a TIFF of transparency mask values: convert it to RGB, 8 bits'],
    [
      'other inks',
      { photometric: CMYK, pixel: [1, 2, 3, 4], tags: { 332: 2 } },
      'a TIFF of inks other than CMYK: convert it to RGB, 8 bits',
    ],
    [
      'Zstandard',
      { photometric: RGB, compression: 50_000, pixel: [1, 2, 3] },
      'a TIFF compressed with Zstandard: save it with LZW or without compression',
    ],
    ['a preview', { photometric: RGB, pixel: [1, 2, 3], tags: { 254: 1 } }, 'a camera raw file: export it as JPEG'],
    ['DNG', { photometric: RGB, pixel: [1, 2, 3], tags: { 50706: 1 } }, 'a camera raw file: export it as JPEG'],
    ["a sensor's mosaic", { photometric: 32_803, pixel: [1] }, 'a camera raw file: export it as JPEG'],
    ['too few colors', { photometric: RGB, pixel: [1] }, 'truncated or damaged'],
    ['a palette and a band', { photometric: PALETTE, pixel: [1, 2] }, 'a TIFF with 2 bands'],
  ])('of %s is refused with the reason', async (_, parts, reason) => {
    await expect(measureImage(tiffOf(parts))).rejects.toMatchObject({
      code: 'IMAGE_REFUSED',
      message: expect.stringContaining(reason),
    });
  });

  it('without its directory is damaged', async () => {
    const whole = tiffOf({ photometric: RGB, pixel: [1, 2, 3] });
    for (const length of [8, 20, 60]) {
      await expect(measureImage(whole.subarray(0, length))).rejects.toThrow('truncated or damaged');
    }
  });
});
