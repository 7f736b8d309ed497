import { HubError } from '../errors.js';

/** The image formats that a hub decodes. */
export type ImageKind = 'JPEG' | 'PNG' | 'WebP' | 'GIF' | 'TIFF' | 'AVIF' | 'BMP';

/** Leading bytes that identify a file's format. */
export const IMAGE_HEAD_BYTES = 132;

/** First bytes, as Latin-1. TIFF and BigTIFF have either byte order. */
const MAGIC: readonly (readonly [ImageKind, readonly string[]])[] = [
  ['JPEG', ['\xff\xd8\xff']],
  ['PNG', ['\x89PNG\r\n\x1a\n']],
  ['GIF', ['GIF87a', 'GIF89a']],
  ['TIFF', ['II*\0', 'MM\0*', 'II+\0', 'MM\0+']],
  ['BMP', ['BM']],
];
/** Bytes of the header of a bitmap's file; its second header begins with its own size, 12 to 124 bytes. */
const BMP_FILE_HEADER = 14;
const BMP_HEADERS = [12, 16, 40, 52, 56, 64, 108, 124];

/** Bytes in which HEIF names the codec of its images. */
const HEIF_HEAD_BYTES = 2 ** 16;

/** Brands of HEVC and of HEIF in general (ISO/IEC 23008-12). */
const HEIF_BRANDS = /hei[cxms]|hev[cxms]|mif1|msf1/;
const VIDEO = 'a video: save single frames as JPEG';
/** The reason for photos that cameras keep as their sensor saw them. */
export const CAMERA_RAW = 'a camera raw file: export it as JPEG';
/** The reason for photos of HEVC, for which the decoder's libraries have no license. */
const HEIC = 'in HEIC format: export it as JPEG (an iPhone takes JPEG with Settings, Camera, Formats, Most Compatible)';

/** A format that a hub does not decode: its bytes at a place, and what the file is and what to do. */
interface Other {
  readonly at?: number;
  readonly magic: readonly string[];
  readonly reason: string;
}

const OTHERS: readonly Other[] = [
  { at: 8, magic: ['CR'], reason: CAMERA_RAW },
  {
    magic: ['FUJIFILMCCD-RAW', 'IIRO', 'IIRS', 'IIU\0', 'MMOR', 'II\x1a\0\0\0HEAPCCDR', 'FOVb', '\0MRM'],
    reason: CAMERA_RAW,
  },
  { at: 4, magic: ['ftypcrx '], reason: CAMERA_RAW },
  { at: 4, magic: ['ftyp'], reason: VIDEO },
  { at: 8, magic: ['AVI '], reason: VIDEO },
  { magic: ['\x1aE\xdf\xa3', 'OggS', 'FLV\x01', '\0\0\x01\xba', '\0\0\x01\xb3'], reason: VIDEO },
  { magic: ['8BPS', '8BPB'], reason: 'a Photoshop file: export it as JPEG or PNG' },
  { magic: ['%PDF-'], reason: 'a PDF document: export its pictures as JPEG or PNG' },
  { magic: ['%!PS'], reason: 'a PostScript document: export it as PNG' },
  { magic: ['\xff\x0a', '\0\0\0\x0cJXL '], reason: 'in JPEG XL format: convert it to JPEG or PNG' },
  { magic: ['\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'], reason: 'in JPEG 2000 format: convert it to JPEG or PNG' },
  { magic: ['\0\0\x01\0', '\0\0\x02\0'], reason: 'a Windows icon: export it as PNG' },
  { magic: ['v/1\x01', '#?RADIANCE', '#?RGBE'], reason: 'a high dynamic range image: convert it to PNG, 8 bits' },
  { magic: ['SIMPLE  =', '\x89HDF\r\n', '\x93NUMPY'], reason: 'a file of measurements: convert it to PNG, 8 bits' },
  { at: 128, magic: ['DICM'], reason: 'a DICOM file: export its image as PNG' },
];

/** Beginning of a drawing, perhaps after a byte order mark, an XML declaration and comments. */
const SVG = /^(\xef\xbb\xbf)?\s*<(svg|!DOCTYPE svg|(\?xml|!--).*<svg)/is;

/**
 * The format of a file by its first bytes. No decoder ever sees any other.
 * @param head `IMAGE_HEAD_BYTES`, or the whole file. @throws IMAGE_REFUSED with the format and what to do.
 */
export function imageKind(head: Uint8Array): ImageKind {
  const { kind, reason } = recognized(head);
  if (kind) return kind;
  throw refused(reason);
}

/** The reason for rejecting a file by its first bytes; null for an image. Archives may have as many as they have files. */
export function foreignReason(head: Uint8Array): string | null {
  return recognized(head).reason ?? null;
}

function recognized(head: Uint8Array): { kind: ImageKind; reason?: never } | { kind?: never; reason: string } {
  const bytes = Buffer.from(head.subarray(0, IMAGE_HEAD_BYTES));
  const text = bytes.toString('latin1');
  const kind = decodedKind(bytes, text);
  // A Canon raw file (CR2) is a TIFF with a mark of its own.
  if (kind && !(kind === 'TIFF' && otherReason(text) === CAMERA_RAW)) return { kind };
  return { reason: otherReason(text) ?? NOT_AN_IMAGE };
}

/** What a file is that a hub does not decode; undefined for an unknown format. */
function otherReason(text: string): string | undefined {
  if (text === '') return 'an empty file';
  if (text.startsWith('ftyp', 4) && HEIF_BRANDS.test(text.slice(8))) return HEIC;
  if (SVG.test(text)) return 'an SVG drawing: export it as PNG';
  return OTHERS.find(({ at = 0, magic }) => magic.some((bytes) => text.startsWith(bytes, at)))?.reason;
}

/** The reason for leaving out a file of no known format. */
export const NOT_AN_IMAGE = 'not a JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP image';

function decodedKind(head: Buffer, text: string): ImageKind | undefined {
  if (text.startsWith('RIFF')) return text.startsWith('WEBP', 8) ? 'WebP' : undefined;
  if (text.startsWith('ftyp', 4)) return isAvif(head, text) ? 'AVIF' : undefined;
  const kind = MAGIC.find(([, starts]) => starts.some((start) => text.startsWith(start)))?.[0];
  if (kind !== 'BMP') return kind;
  // "BM" alone may begin a text.
  const isBitmap = head.length >= BMP_FILE_HEADER + 4 && BMP_HEADERS.includes(head.readUInt32LE(BMP_FILE_HEADER));
  return isBitmap ? 'BMP' : undefined;
}

/** AVIF states its brand after the box type, or among the compatible ones; the box begins with its size. */
function isAvif(head: Buffer, text: string): boolean {
  const brands = text.slice(8, Math.min(head.readUInt32BE(0), head.length));
  return /^avi[fs]/.test(brands) || (brands.includes('avif') && !/hei[cxms]|hev[cxms]/.test(brands));
}

/** The message is only the reason, what the file is: lists show it next to a name. */
export function refused(reason: string, details: Readonly<Record<string, unknown>> = {}): HubError {
  return new HubError('IMAGE_REFUSED', reason, details);
}

/** Refuses HEVC in HEIF's container under AVIF's brand: AVIF holds AV1. @throws IMAGE_REFUSED */
export function refuseHevc(encoded: Uint8Array): void {
  const head = Buffer.from(encoded.subarray(0, HEIF_HEAD_BYTES));
  if (head.includes('hvc1') && !head.includes('av01')) throw refused(HEIC);
}
