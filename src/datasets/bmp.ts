import { setImmediate } from 'node:timers/promises';
import { refused } from './image-kind.js';

/** Pixels between two turns of the event loop. */
const AT_ONCE = 1_000_000;
const FILE_HEADER = 14;
const CORE_HEADER = 12;
const INFO_HEADER = 40;
/** Header of OS/2 2, whose compressions have other numbers. */
const OS2_HEADER = 64;
/** Values of biCompression (Microsoft, BITMAPINFOHEADER and [MS-WMF] 2.1.1.7). */
const [RGB, RLE8, RLE4, BITFIELDS, ALPHA_BITFIELDS] = [0, 1, 2, 3, 6];
/** Masks of red, green and blue where the file has none. */
const RGB555: readonly number[] = [0x7c00, 0x03e0, 0x001f, 0];
const RGB888: readonly number[] = [0xff0000, 0xff00, 0xff, 0];

/** The facts of a bitmap, before any of its pixels is read. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Whether the first row of the file is the uppermost one. */
  readonly isTopDown: boolean;
  /** Bits of a pixel. */
  readonly bits: number;
  readonly compression: number;
  /** First byte of the pixels. */
  readonly pixels: number;
  /** Bits of red, green, blue and alpha in pixels of 16 and 32 bits; 0 for none. */
  readonly masks: readonly number[];
  /** Red, green and blue of each color, for pixels of up to 8 bits. */
  readonly palette: readonly (readonly number[])[];
}

/** Decoded pixels, row by row from the top: RGB, or RGBA where pixels have transparency. */
export interface BmpPixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

/**
 * Reads the headers and the colors of a Windows or OS/2 bitmap: 1, 2, 4, 8, 16, 24 or 32 bits, run lengths, bit fields.
 * @throws IMAGE_REFUSED for a damaged file, and for JPEG or PNG within a bitmap.
 */
export function bmpHeader(encoded: Uint8Array): BmpHeader {
  const bytes = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  try {
    return readHeader(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw damaged(); // outside of the file
    throw error;
  }
}

function readHeader(bytes: DataView): BmpHeader {
  const u16 = (at: number): number => bytes.getUint16(at, true);
  const u32 = (at: number): number => bytes.getUint32(at, true);
  const headerBytes = u32(FILE_HEADER);
  const pixels = u32(10);
  const isCore = headerBytes === CORE_HEADER;
  const [width, signedHeight] = isCore ? [u16(18), u16(20)] : [bytes.getInt32(18, true), bytes.getInt32(22, true)];
  const bits = u16(isCore ? 24 : 28);
  const compression = isCore || headerBytes < INFO_HEADER ? RGB : u32(30);
  if (compression > BITFIELDS && compression !== ALPHA_BITFIELDS) throw otherKind();
  if (headerBytes === OS2_HEADER && compression >= BITFIELDS) throw otherKind();
  const isTopDown = signedHeight < 0;
  const height = Math.abs(signedHeight);
  const areRuns = compression === RLE8 || compression === RLE4;
  const isKnown =
    compression === RGB
      ? [1, 2, 4, 8, 16, 24, 32].includes(bits)
      : areRuns
        ? bits === (compression === RLE8 ? 8 : 4) && !isTopDown
        : bits === 16 || bits === 32;
  if (!isKnown || width <= 0 || height === 0) throw damaged();
  const end = FILE_HEADER + headerBytes;
  const hasFields = compression === BITFIELDS || compression === ALPHA_BITFIELDS;
  const fields = compression === ALPHA_BITFIELDS || headerBytes >= 56 ? 4 : 3;
  const masks = hasFields
    ? [0, 1, 2, 3].map((i) => (i < fields ? u32(FILE_HEADER + INFO_HEADER + 4 * i) : 0))
    : bits === 16
      ? RGB555
      : RGB888;
  const colors = headerBytes === INFO_HEADER && hasFields ? end + 4 * fields : end;
  const used = headerBytes >= INFO_HEADER ? u32(46) : 0;
  const palette = bits > 8 ? [] : readPalette(bytes, colors, pixels, isCore ? 3 : 4, Math.min(used || 256, 2 ** bits));
  return { width, height, isTopDown, bits, compression, pixels, masks, palette };
}

function readPalette(bytes: DataView, from: number, to: number, entryBytes: number, most: number): number[][] {
  const count = Math.min(most, Math.floor((to - from) / entryBytes));
  return Array.from({ length: Math.max(0, count) }, (_, i) => {
    const at = from + i * entryBytes;
    return [bytes.getUint8(at + 2), bytes.getUint8(at + 1), bytes.getUint8(at)];
  });
}

/** Decodes a bitmap. The caller has checked the size of the header. @throws IMAGE_REFUSED for a damaged file. */
export async function decodeBmp(encoded: Uint8Array, header: BmpHeader): Promise<BmpPixels> {
  const { width, height, bits, compression, isTopDown } = header;
  const channels = header.masks[3] === 0 ? 3 : 4;
  const source =
    compression === RLE8 || compression === RLE4 ? unpackRuns(encoded, header) : plainRows(encoded, header);
  const writeRow = bits <= 8 ? paletteRow(source.bits, header) : bits === 24 ? byteRow : fieldRow(header);
  const data = new Uint8Array(width * height * channels);
  const rowsAtOnce = Math.max(1, Math.floor(AT_ONCE / width));
  for (let y = 0; y < height; y++) {
    if (y % rowsAtOnce === rowsAtOnce - 1) await setImmediate();
    const row = source.bytes.subarray(y * source.stride, (y + 1) * source.stride);
    const at = (isTopDown ? y : height - 1 - y) * width * channels;
    writeRow(row, data.subarray(at, at + width * channels));
  }
  if (channels === 4) showIfAllClear(data);
  return { data, width, height, channels };
}

/** Rows in the order of the file. */
interface Rows {
  readonly bytes: Uint8Array;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Bits of a pixel. */
  readonly bits: number;
}

type WriteRow = (row: Uint8Array, into: Uint8Array) => void;

function plainRows(encoded: Uint8Array, { width, height, bits, pixels }: BmpHeader): Rows {
  const stride = Math.ceil((width * bits) / 32) * 4;
  // Some programs leave out the padding of the last row.
  const needed = pixels + stride * (height - 1) + Math.ceil((width * bits) / 8);
  if (encoded.length < needed) throw damaged();
  return { bytes: encoded.subarray(pixels), stride, bits };
}

/**
 * Unpacks run lengths to one byte per pixel ([MS-WMF] 3.1.6.4 and 3.1.6.5). Skipped pixels have the first color, and
 * pixels after the end of a row are left out, as in browsers.
 */
function unpackRuns(encoded: Uint8Array, { width, height, compression, pixels }: BmpHeader): Rows {
  const indexes = new Uint8Array(width * height);
  const isRle8 = compression === RLE8;
  let [at, x, y] = [pixels, 0, 0];
  const put = (index: number): void => {
    if (x < width) indexes[y * width + x] = index;
    x += 1;
  };
  const byte = (): number => {
    const value = encoded[at];
    if (value === undefined) throw damaged();
    at += 1;
    return value;
  };
  while (y < height) {
    const [count, value] = [byte(), byte()];
    if (count > 0) {
      for (let i = 0; i < count; i++) put(isRle8 ? value : i % 2 === 0 ? value >> 4 : value & 15);
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += byte();
      y += byte();
    } else {
      const begin = at;
      for (let i = 0, packed = 0; i < value; i++) {
        if (isRle8 || i % 2 === 0) packed = byte();
        put(isRle8 ? packed : i % 2 === 0 ? packed >> 4 : packed & 15);
      }
      at += (at - begin) % 2;
    }
  }
  return { bytes: indexes, stride: width, bits: 8 };
}

function paletteRow(bits: number, { width, palette }: BmpHeader): WriteRow {
  const mask = 2 ** bits - 1;
  return (row, into) => {
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      const index = (row[bit >> 3]! >> (8 - bits - (bit & 7))) & mask;
      const color = palette[index];
      if (color === undefined) throw damaged();
      into.set(color, 3 * x);
    }
  };
}

const byteRow: WriteRow = (row, into) => {
  for (let at = 0; at < into.length; at += 3) {
    into[at] = row[at + 2]!;
    into[at + 1] = row[at + 1]!;
    into[at + 2] = row[at]!;
  }
};

function fieldRow({ width, bits, masks }: BmpHeader): WriteRow {
  const fields = masks.filter((mask, i) => i < 3 || mask !== 0).map(fieldOf);
  return (row, into) => {
    let at = 0;
    for (let x = 0; x < width; x++) {
      const from = (x * bits) >> 3;
      const low = row[from]! | (row[from + 1]! << 8);
      const pixel = bits === 16 ? low : (low | (row[from + 2]! << 16) | (row[from + 3]! << 24)) >>> 0;
      for (const { shift, most } of fields) into[at++] = Math.round((((pixel >>> shift) & most) * 255) / most);
    }
  };
}

/** Place and largest value of the bits of a mask. @throws IMAGE_REFUSED unless they are 1 to 16 bits side by side. */
function fieldOf(mask: number): { readonly shift: number; readonly most: number } {
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  if (mask === 0 || (most & (most + 1)) !== 0 || most > 0xffff) throw damaged();
  return { shift, most };
}

/** A bitmap that is transparent everywhere was written by a program that leaves alpha at 0: browsers show its colors. */
function showIfAllClear(rgba: Uint8Array): void {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 0) return;
  for (let at = 3; at < rgba.length; at += 4) rgba[at] = 255;
}

function damaged(): Error {
  return refused('truncated or damaged');
}

function otherKind(): Error {
  return refused('a bitmap (BMP) of a rare kind: save it as PNG');
}
