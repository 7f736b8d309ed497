/** An uncompressed TIFF image of 2 x 2 pixels. */
export interface TiffParts {
  readonly photometric: number;
  /** The samples of a pixel, which all four have. */
  readonly pixel: readonly number[];
  /** Bits of each sample: 8 unless stated. */
  readonly bits?: number;
  /** 1 (whole numbers) unless stated, 2 signed, 3 float, 5 and 6 complex. */
  readonly sampleFormat?: number;
  /** Meaning of the samples after the colors: 0 none, 1 premultiplied transparency, 2 transparency. */
  readonly extraSamples?: readonly number[];
  readonly compression?: number;
  /** Further tags, of type LONG. */
  readonly tags?: Readonly<Record<number, number>>;
}

const [SHORT, LONG] = [3, 4];

/** Writes a little-endian TIFF (TIFF 6.0, section 2). */
export function tiffOf(parts: TiffParts): Buffer {
  const { photometric, pixel, bits = 8, sampleFormat = 1, extraSamples = [], compression = 1, tags = {} } = parts;
  const row =
    bits % 8 !== 0
      ? packed([...pixel, ...pixel], bits)
      : [pixel, pixel].map((each) => bytesOf(each, bits, sampleFormat));
  const pixels = Buffer.concat([row, row].flat());
  const entries: [tag: number, type: number, values: readonly number[]][] = [
    [256, SHORT, [2]],
    [257, SHORT, [2]],
    [258, SHORT, pixel.map(() => bits)],
    [259, SHORT, [compression]],
    [262, SHORT, [photometric]],
    [273, LONG, [8]],
    [277, SHORT, [pixel.length]],
    [278, SHORT, [2]],
    [279, LONG, [pixels.length]],
    [339, SHORT, pixel.map(() => sampleFormat)],
    ...(extraSamples.length > 0 ? [[338, SHORT, extraSamples] as [number, number, readonly number[]]] : []),
    ...Object.entries(tags).map(([tag, value]): [number, number, number[]] => [Number(tag), LONG, [value]]),
  ];
  entries.sort(([a], [b]) => a - b);
  const directory = Buffer.alloc(2 + 12 * entries.length + 4);
  directory.writeUInt16LE(entries.length, 0);
  const beside: Buffer[] = [];
  let end = 8 + pixels.length + directory.length;
  for (const [i, [tag, type, values]] of entries.entries()) {
    const at = 2 + 12 * i;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(values.length, at + 4);
    const content = Buffer.concat(values.map((value) => bytesOf([value], type === SHORT ? 16 : 32, 1)));
    if (content.length <= 4) content.copy(directory, at + 8);
    else {
      directory.writeUInt32LE(end, at + 8);
      beside.push(content);
      end += content.length;
    }
  }
  const head = Buffer.from('II*\0\0\0\0\0', 'latin1');
  head.writeUInt32LE(8 + pixels.length, 4);
  return Buffer.concat([head, pixels, directory, ...beside]);
}

function bytesOf(values: readonly number[], bits: number, sampleFormat: number): Buffer {
  const bytes = Buffer.alloc((values.length * bits) / 8);
  for (const [i, value] of values.entries()) {
    const at = (i * bits) / 8;
    if (sampleFormat === 3 && bits === 64) bytes.writeDoubleLE(value, at);
    else if (sampleFormat === 3 && bits === 32) bytes.writeFloatLE(value, at);
    else if (bits <= 32) bytes.writeUIntLE(value, at, bits / 8);
  }
  return bytes;
}

/** Small samples of a number of bits that is not whole bytes, from the highest bit on. */
function packed(values: readonly number[], bits: number): Buffer {
  const row = Buffer.alloc(Math.ceil((values.length * bits) / 8));
  for (const [i, value] of values.entries()) {
    const at = i * bits;
    row[at >> 3]! |= (value << (8 - bits - (at & 7))) & 255;
  }
  return row;
}
