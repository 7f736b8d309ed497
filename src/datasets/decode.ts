import sharp, { type Sharp } from 'sharp';
import { HubError } from '../errors.js';
import { DATASET_BOUNDS } from './bounds.js';
import { type ImageFacts, imageFacts } from './image-facts.js';

// Pictures are decoded side by side: threads within one would only hold each other up. None is decoded twice in a row.
sharp.concurrency(1);
sharp.cache(false);

/** `cover` keeps the aspect ratio and crops around the centre; `fill` stretches. */
export type Fit = 'cover' | 'fill';

export interface DecodeOptions {
  /** Of the result, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly fit: Fit;
  /** Most pixels (width times height) of the encoded image; `DATASET_BOUNDS.maxPixels` unless given. */
  readonly maxPixels?: number;
}

/** What decodes. Other versions may decode to other pixels. */
export const DECODER_VERSIONS = [
  { name: 'sharp', version: sharp.versions.sharp ?? 'unknown' },
  { name: 'libvips', version: sharp.versions.vips },
] as const;

/** Bytes from its beginning that tell an image's format. */
export const IMAGE_HEAD_BYTES = 64;

/** JPEG, PNG, GIF, TIFF and BigTIFF in either byte order. */
const MAGIC = ['\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'GIF87a', 'GIF89a', 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'];

const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
const EXIF = Buffer.from('Exif\0\0', 'latin1');

/** True for JPEG, PNG, WebP, GIF, TIFF and AVIF, by content. Nothing else is ever given to a decoder: no SVG, no PDF. */
export function isImage(encoded: Uint8Array): boolean {
  const head = Buffer.from(encoded.subarray(0, IMAGE_HEAD_BYTES)).toString('latin1');
  if (head.startsWith('RIFF')) return head.startsWith('WEBP', 8);
  // AVIF states its brand after the box type, or among the compatible ones.
  if (head.startsWith('ftyp', 4)) return head.includes('avif');
  return MAGIC.some((magic) => head.startsWith(magic));
}

/**
 * The pixels of an encoded image for training and serving: width * height * 3 bytes, RGB (sRGB, 8 bit), row by row.
 * The EXIF orientation is applied, transparency lies on white, only the first frame counts. An image that already has
 * the size is not resampled. Throws IMAGE_REFUSED.
 */
export async function decodePixels(encoded: Uint8Array, options: DecodeOptions): Promise<Uint8Array> {
  const { width, height, fit, maxPixels = DATASET_BOUNDS.maxPixels } = options;
  const image = openImage(encoded, maxPixels).resize(width, height, { fit });
  return (await rgbOf(image, encoded, maxPixels)).data;
}

/** The pixels turned left for right. @param pixels width * height * 3 bytes, as from `decodePixels`. */
export async function mirrorPixels(pixels: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .flop()
    .raw()
    .toBuffer();
}

/** A square part of a square picture. */
export interface Crop {
  /** Its side, as a share of the picture's. */
  readonly side: number;
  /** How much of what is left lies before it: 0 to 1. */
  readonly left: number;
  readonly top: number;
}

/** A part of a square picture, enlarged to its size. @param pixels side * side * 3 bytes, as from `decodePixels`. */
export async function cropPixels(pixels: Uint8Array, side: number, crop: Crop): Promise<Uint8Array> {
  const width = Math.round(crop.side * side);
  const [left, top] = [crop.left, crop.top].map((share) => Math.round(share * (side - width))) as [number, number];
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .extract({ left, top, width, height: width })
    .resize(side, side)
    .raw()
    .toBuffer();
}

/** Of an image, upright, in pixels. */
export interface MeasuredImage {
  readonly width: number;
  readonly height: number;
  readonly facts: ImageFacts;
}

/** Decodes every pixel, so that what passes here never fails later. Throws IMAGE_REFUSED. */
export async function measureImage(
  encoded: Uint8Array,
  maxPixels: number = DATASET_BOUNDS.maxPixels,
): Promise<MeasuredImage> {
  const { data, width, height } = await rgbOf(openImage(encoded, maxPixels), encoded, maxPixels);
  return { width, height, facts: imageFacts(data, width, height) };
}

export function notAnImage(): HubError {
  return refused('not a JPEG, PNG, WebP, GIF, TIFF or AVIF image');
}

/** An encoded image, upright, on white, as sRGB; nothing is decoded yet. Throws IMAGE_REFUSED for what is no image. */
export function openImage(encoded: Uint8Array, maxPixels: number = DATASET_BOUNDS.maxPixels): Sharp {
  if (!isImage(encoded)) throw notAnImage();
  return sharp(encoded, { failOn: 'error', limitInputPixels: maxPixels, autoOrient: mayLieOnItsSide(encoded) })
    .flatten({ background: 'white' })
    .toColourspace('srgb');
}

/** False for a JPEG without EXIF: turning nothing costs a tenth of decoding a small one. */
function mayLieOnItsSide(encoded: Uint8Array): boolean {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  return !bytes.subarray(0, 3).equals(JPEG) || bytes.includes(EXIF);
}

/** width * height * 3 bytes. */
async function rgbOf(
  image: Sharp,
  encoded: Uint8Array,
  maxPixels: number,
): Promise<{ data: Buffer; width: number; height: number }> {
  const { data, info } = await decoded(image.raw().toBuffer({ resolveWithObject: true }), encoded, maxPixels);
  const { width, height } = info;
  // More or fewer channels would shift every pixel after the first without a sound.
  if (data.length !== width * height * 3) throw refused(`it decodes to ${data.length} bytes, not RGB`);
  return { data, width, height };
}

async function decoded<T>(result: Promise<T>, encoded: Uint8Array, maxPixels: number): Promise<T> {
  try {
    return await result;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    throw message.includes('pixel limit') ? await tooManyPixels(encoded, maxPixels) : refused('truncated or damaged');
  }
}

async function tooManyPixels(encoded: Uint8Array, maxPixels: number): Promise<HubError> {
  // The header alone: no pixel is decoded here.
  const { width, height } = await sharp(encoded, { limitInputPixels: false }).metadata();
  const received = width * height;
  return refused(`${width} x ${height} is ${received} pixels; the limit maxPixels is ${maxPixels}`, {
    limit: 'maxPixels',
    value: maxPixels,
    received,
  });
}

/** The message is the reason alone: it stands beside a name in lists, and whoever has one photo sees no name. */
function refused(reason: string, details: Readonly<Record<string, unknown>> = {}): HubError {
  return new HubError('IMAGE_REFUSED', reason, details);
}
