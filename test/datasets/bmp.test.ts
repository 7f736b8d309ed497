import { describe, expect, it } from 'vitest';
import { decodePixels, measureImage } from '../../src/datasets/decode.js';

const [RED, GREEN, BLUE, WHITE, BLACK] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
  [0, 0, 0],
] as const;
const COLORS = [BLACK, RED, GREEN, BLUE, WHITE];
const [RLE8, RLE4, BITFIELDS, PNG] = [1, 2, 3, 5];

interface BmpParts {
  readonly width?: number;
  /** Negative for rows from the top. */
  readonly height?: number;
  readonly bits: number;
  readonly compression?: number;
  readonly palette?: readonly (readonly number[])[];
  /** Masks of red, green, blue and perhaps alpha, after a header of 40 bytes. */
  readonly masks?: readonly number[];
  readonly pixels: readonly number[];
}

/** A bitmap with BITMAPINFOHEADER, 4 x 2 pixels unless stated. */
function bmpOf({ width = 4, height = 2, bits, compression = 0, palette = [], masks = [], pixels }: BmpParts): Buffer {
  const head = Buffer.alloc(54);
  const extra = Buffer.alloc(4 * masks.length + 4 * palette.length);
  for (const [i, mask] of masks.entries()) extra.writeUInt32LE(mask, 4 * i);
  for (const [i, color] of palette.entries()) extra.set(color.toReversed(), 4 * masks.length + 4 * i);
  head.write('BM', 'latin1');
  head.writeUInt32LE(head.length + extra.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  head.writeUInt32LE(compression, 30);
  head.writeUInt32LE(palette.length, 46);
  return Buffer.concat([head, extra, Buffer.from(pixels)]);
}

/** The header of OS/2: sizes of 16 bits, colors of three bytes. */
function os2(bmp: Buffer): Buffer {
  const head = Buffer.alloc(26);
  bmp.copy(head, 0, 0, 14);
  head.writeUInt32LE(12, 14);
  head.writeUInt16LE(bmp.readInt32LE(18), 18);
  head.writeUInt16LE(bmp.readInt32LE(22), 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt16LE(bmp.readUInt16LE(28), 24);
  const colors = bmp.subarray(54, bmp.readUInt32LE(10));
  const palette = colors.filter((_, i) => i % 4 < 3);
  head.writeUInt32LE(26 + palette.length, 10);
  return Buffer.concat([head, palette, bmp.subarray(bmp.readUInt32LE(10))]);
}

async function decoded(bmp: Buffer, width = 4, height = 2): Promise<number[][]> {
  const pixels = await decodePixels(bmp, { width, height, fit: 'cover' });
  expect(pixels).toHaveLength(3 * width * height);
  return Array.from({ length: width * height }, (_, i) => [...pixels.subarray(3 * i, 3 * i + 3)]);
}

/** What all bitmaps below show: red, green, blue, white above black, black, red, red. */
const PICTURE = [RED, GREEN, BLUE, WHITE, BLACK, BLACK, RED, RED].map((color) => [...color]);
/** The numbers of their colors. */
const [TOP, BOTTOM] = [
  [1, 2, 3, 4],
  [0, 0, 1, 1],
];
const bgr = (row: readonly number[], ...more: number[]) => row.flatMap((i) => [...COLORS[i]!.toReversed(), ...more]);
const words = (values: readonly number[]) => values.flatMap((value) => [value & 255, value >> 8]);
const [TOP_555, BOTTOM_555] = [words([0x7c00, 0x03e0, 0x001f, 0x7fff]), words([0, 0, 0x7c00, 0x7c00])];
const [TOP_565, BOTTOM_565] = [words([0xf800, 0x07e0, 0x001f, 0xffff]), words([0, 0, 0xf800, 0xf800])];

describe('a bitmap', () => {
  it.each<[string, Buffer]>([
    ['4 bits', bmpOf({ bits: 4, palette: COLORS, pixels: [0x00, 0x11, 0, 0, 0x12, 0x34, 0, 0] })],
    ['4 bits of OS/2', os2(bmpOf({ bits: 4, palette: COLORS, pixels: [0x00, 0x11, 0, 0, 0x12, 0x34, 0, 0] }))],
    ['8 bits', bmpOf({ bits: 8, palette: COLORS, pixels: [...BOTTOM, ...TOP] })],
    ['8 bits, top-down', bmpOf({ bits: 8, height: -2, palette: COLORS, pixels: [...TOP, ...BOTTOM] })],
    ['16 bits', bmpOf({ bits: 16, pixels: [...BOTTOM_555, ...TOP_555] })],
    [
      '16 bits with fields of 5, 6 and 5',
      bmpOf({ bits: 16, compression: BITFIELDS, masks: [0xf800, 0x07e0, 0x1f], pixels: [...BOTTOM_565, ...TOP_565] }),
    ],
    ['24 bits', bmpOf({ bits: 24, pixels: [...bgr(BOTTOM), ...bgr(TOP)] })],
    ['24 bits, top-down', bmpOf({ bits: 24, height: -2, pixels: [...bgr(TOP), ...bgr(BOTTOM)] })],
    ['24 bits of OS/2', os2(bmpOf({ bits: 24, pixels: [...bgr(BOTTOM), ...bgr(TOP)] }))],
    ['32 bits, the fourth byte unused', bmpOf({ bits: 32, pixels: [...bgr(BOTTOM, 7), ...bgr(TOP, 0)] })],
    [
      '32 bits with fields in another order',
      bmpOf({
        bits: 32,
        compression: BITFIELDS,
        masks: [0xff, 0xff00, 0xff0000],
        pixels: [...BOTTOM, ...TOP].flatMap((i) => [...COLORS[i]!, 9]),
      }),
    ],
    [
      'run lengths of 8 bits',
      bmpOf({ bits: 8, compression: RLE8, palette: COLORS, pixels: [2, 0, 2, 1, 0, 0, 0, 4, 1, 2, 3, 4, 0, 1] }),
    ],
    [
      'run lengths of 8 bits that skip pixels',
      bmpOf({
        bits: 8,
        compression: RLE8,
        palette: COLORS,
        pixels: [0, 2, 2, 0, 2, 1, 0, 0, 0, 3, 1, 2, 3, 0, 1, 4, 0, 1],
      }),
    ],
    [
      'run lengths of 4 bits',
      bmpOf({ bits: 4, compression: RLE4, palette: COLORS, pixels: [2, 0x00, 2, 0x11, 0, 0, 0, 4, 0x12, 0x34, 0, 1] }),
    ],
  ])('of %s is decoded', async (_, bmp) => {
    expect(await decoded(bmp)).toEqual(PICTURE);
    expect(await measureImage(bmp)).toMatchObject({ width: 4, height: 2 });
  });

  it('of 1 bit has its two colors', async () => {
    const bmp = bmpOf({ bits: 1, palette: [BLUE, WHITE], width: 9, height: 1, pixels: [0b10110000, 0b10000000, 0, 0] });
    expect(await decoded(bmp, 9, 1)).toEqual([1, 0, 1, 1, 0, 0, 0, 0, 1].map((i) => [...(i ? WHITE : BLUE)]));
  });

  it('scales fields of few bits to 255', async () => {
    const pixels = words([0b0_00001_00010_11110, 0]);
    // 1, 2 and 30 of 31.
    expect(await decoded(bmpOf({ bits: 16, width: 2, height: 1, pixels }), 2, 1)).toEqual([[8, 16, 247], [...BLACK]]);
  });

  it.each([
    ['puts transparency on white', 128, [255, 127, 127]],
    ['shows colors of which all are transparent', 0, [...RED]],
  ])('%s', async (_, alpha, expected) => {
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
    const parts = { bits: 32, compression: 6, masks, width: 1, height: 1, pixels: [0, 0, 255, alpha] };
    expect(await decoded(bmpOf(parts), 1, 1)).toEqual([expected]);
  });

  const whole = { bits: 24, pixels: [...bgr(BOTTOM), ...bgr(TOP)] };
  const patched = (at: number, ...bytes: number[]): Buffer => {
    const copy = bmpOf(whole);
    copy.set(bytes, at);
    return copy;
  };

  it.each<[string, Buffer, string]>([
    ['cut pixels', bmpOf(whole).subarray(0, -1), 'truncated or damaged'],
    ['a cut header', bmpOf(whole).subarray(0, 30), 'truncated or damaged'],
    ['pixels outside of the file', patched(10, 255, 255, 255, 127), 'truncated or damaged'],
    ['no width', patched(18, 0, 0, 0, 0), 'truncated or damaged'],
    ['7 bits', patched(28, 7), 'truncated or damaged'],
    ['a color that the palette lacks', bmpOf({ bits: 8, palette: [BLACK], pixels: [...BOTTOM, ...TOP] }), 'truncated'],
    ['cut run lengths', bmpOf({ bits: 8, compression: RLE8, palette: COLORS, pixels: [2, 0, 2] }), 'truncated'],
    ['fields of no bits', bmpOf({ bits: 16, compression: BITFIELDS, masks: [0, 0, 0], pixels: TOP_555 }), 'truncated'],
    [
      'a PNG inside',
      bmpOf({ bits: 24, compression: PNG, pixels: [] }),
      'a bitmap (BMP) of a rare kind: save it as PNG',
    ],
  ])('with %s is refused', async (_, bmp, message) => {
    await expect(measureImage(bmp)).rejects.toMatchObject({
      code: 'IMAGE_REFUSED',
      message: expect.stringContaining(message),
    });
  });

  it('is refused by its header before memory is taken', async () => {
    const bmp = bmpOf({
      bits: 8,
      compression: RLE8,
      width: 2 ** 31 - 1,
      height: 2 ** 30,
      palette: COLORS,
      pixels: [0, 1],
    });
    await expect(measureImage(bmp, 1000)).rejects.toMatchObject({
      code: 'IMAGE_REFUSED',
      details: { limit: 'maxPhotoMemory', value: 1000 },
    });
  });
});
