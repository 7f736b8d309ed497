import { CAMERA_RAW, refused } from './image-kind.js';

/** Tags of TIFF 6.0 (section 8 and the sections of the extensions), of libtiff and of DNG 1.7. */
const TAG = {
  subfile: 254,
  bits: 258,
  compression: 259,
  photometric: 262,
  samples: 277,
  extraSamples: 338,
  sampleFormat: 339,
  inkSet: 332,
  dngVersion: 50_706,
} as const;

/** Bytes of a value by its type: BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, UNDEFINED, SSHORT, ... LONG8. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
const [BYTE, SHORT, LONG] = [1, 3, 4];
/** Values that are read of a tag: more samples than an image of colors has. */
const MOST_VALUES = 64;
/** Entries that are read of a directory. */
const MOST_ENTRIES = 4096;

const GRAY = [0, 1];
const [RGB, PALETTE, CMYK, YCBCR] = [2, 3, 5, 6];
const JPEG_COMPRESSION = 7;
/** None, CCITT, LZW, JPEG, Deflate (both), PackBits, WebP. */
const COMPRESSIONS = new Set([1, 2, 3, 4, 5, JPEG_COMPRESSION, 8, 32_773, 32_946, 50_001]);
const COMPRESSION_NAMES: Readonly<Record<number, string>> = {
  6: 'an old form of JPEG',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50000: 'Zstandard',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
};
const PHOTOMETRIC_NAMES: Readonly<Record<number, string>> = {
  4: 'transparency mask',
  8: 'CIELab',
  9: 'ICCLab',
  10: 'ITULab',
  32844: 'LogL',
  32845: 'LogLuv',
};
const SAMPLE_FORMATS: Readonly<Record<number, string>> = {
  2: 'signed integer',
  3: 'float',
  5: 'complex integer',
  6: 'complex',
};
/** Colors before extra samples, by photometric interpretation. */
const COLORS: Readonly<Record<number, number>> = { 0: 1, 1: 1, [RGB]: 3, [PALETTE]: 1, [CMYK]: 4, [YCBCR]: 3 };
const REMEDY = 'convert it to RGB, 8 bits';

/** How to decode a TIFF image that has a meaning as a picture. */
export interface TiffLayout {
  /** Whether the last sample of a pixel is neither color nor transparency, and is left out. */
  readonly skipsLastSample: boolean;
}

/**
 * The layout of a TIFF's first image.
 * @throws IMAGE_REFUSED for samples that have no fixed meaning as color, and for a directory that cannot be read.
 */
export function tiffLayout(encoded: Uint8Array): TiffLayout {
  const tags = readTags(encoded);
  if (tags === null) throw refused('truncated or damaged');
  const one = (tag: number, otherwise: number): number => tags.get(tag)?.[0] ?? otherwise;
  const photometric = one(TAG.photometric, -1);
  // Cameras put a small preview first; a DNG or a mosaic of a sensor (32803, 34892) is raw wherever it is.
  const isPreview = (one(TAG.subfile, 0) & 1) === 1;
  if (isPreview || tags.has(TAG.dngVersion) || [32_803, 34_892].includes(photometric)) throw refused(CAMERA_RAW);
  refuseSamples(tags, photometric);
  return { skipsLastSample: refuseBands(tags, photometric, one(TAG.samples, 1)) };
}

type Tags = ReadonlyMap<number, readonly number[]>;

function refuseSamples(tags: Tags, photometric: number): void {
  const compression = tags.get(TAG.compression)?.[0] ?? 1;
  if (!COMPRESSIONS.has(compression)) {
    const name = COMPRESSION_NAMES[compression] ?? `method ${compression}`;
    throw refused(`a TIFF compressed with ${name}: save it with LZW or without compression`);
  }
  const format = tags.get(TAG.sampleFormat)?.find((each) => each in SAMPLE_FORMATS);
  const bits = tags.get(TAG.bits) ?? [1];
  if (format !== undefined) throw refused(`a TIFF of ${bits[0]}-bit ${SAMPLE_FORMATS[format]} samples: ${REMEDY}`);
  if (COLORS[photometric] === undefined) {
    const name = PHOTOMETRIC_NAMES[photometric] ?? `kind ${photometric}`;
    throw refused(photometric === -1 ? 'truncated or damaged' : `a TIFF of ${name} values: ${REMEDY}`);
  }
  if (photometric === YCBCR && compression !== JPEG_COMPRESSION) {
    throw refused(`a TIFF of YCbCr samples without JPEG compression: ${REMEDY}`);
  }
  if (photometric === CMYK && (tags.get(TAG.inkSet)?.[0] ?? 1) !== 1) {
    throw refused(`a TIFF of inks other than CMYK: ${REMEDY}`);
  }
  const isPacked = GRAY.includes(photometric) || photometric === PALETTE;
  const decoded = isPacked && bits.length === 1 ? [1, 2, 4, 8, 16] : [8, 16];
  if (bits.some((each) => each !== bits[0]) || !decoded.includes(bits[0]!)) {
    throw refused(`a TIFF of ${[...new Set(bits)].join(', ')}-bit samples: ${REMEDY}`);
  }
}

/** @returns whether the last sample is left out. */
function refuseBands(tags: Tags, photometric: number, samples: number): boolean {
  const colors = COLORS[photometric]!;
  const extra = samples - colors;
  if (extra < 0) throw refused('truncated or damaged');
  if (extra === 0) return false;
  const kinds = tags.get(TAG.extraSamples) ?? [];
  const isTransparency = kinds[0] === 1 || kinds[0] === 2;
  // An RGB image keeps its colors without what a fourth sample measures, such as infrared; others have no such reading.
  if (extra === 1 && photometric !== PALETTE && (isTransparency || photometric === RGB)) return !isTransparency;
  throw refused(`a TIFF with ${samples} bands (a satellite image?): ${REMEDY}`);
}

/** The numbers of each tag in the first directory; null if it cannot be read. TIFF 6.0, section 2, and BigTIFF. */
function readTags(encoded: Uint8Array): Tags | null {
  const bytes = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const little = encoded[0] === 0x49;
  try {
    const isBig = bytes.getUint16(2, little) === 43;
    const place = (at: number): number =>
      isBig ? Number(bytes.getBigUint64(at, little)) : bytes.getUint32(at, little);
    const directory = place(isBig ? 8 : 4);
    const entries = isBig ? place(directory) : bytes.getUint16(directory, little);
    const [first, entryBytes, wide] = isBig ? [directory + 8, 20, 8] : [directory + 2, 12, 4];
    const tags = new Map<number, readonly number[]>();
    for (let i = 0; i < Math.min(entries, MOST_ENTRIES); i++) {
      const at = first + i * entryBytes;
      const [tag, type] = [bytes.getUint16(at, little), bytes.getUint16(at + 2, little)];
      if (!Object.values<number>(TAG).includes(tag)) continue;
      const count = place(at + 4);
      const size = (TYPE_BYTES[type] ?? 0) * count;
      const value = at + 4 + wide;
      const from = size <= wide ? value : place(value);
      const read = (index: number): number => {
        if (type === SHORT) return bytes.getUint16(from + 2 * index, little);
        if (type === LONG) return bytes.getUint32(from + 4 * index, little);
        return type === BYTE ? bytes.getUint8(from + index) : Number.NaN;
      };
      tags.set(
        tag,
        Array.from({ length: Math.min(count, MOST_VALUES) }, (_, index) => read(index)),
      );
    }
    return tags;
  } catch (error) {
    if (error instanceof RangeError) return null; // outside of the file
    throw error;
  }
}
