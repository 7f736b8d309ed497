import sharp, { type Sharp } from 'sharp';
import { HubError } from '../errors.js';
import { DATASET_BOUNDS } from './bounds.js';
import { type ImageFacts, imageFacts } from './image-facts.js';

// Images are decoded in parallel, so threads within one would only compete. No image is decoded twice in a row.
sharp.concurrency(1);
sharp.cache(false);

/** `cover` keeps the aspect ratio and crops around the center; `fill` stretches. */
export type Fit = 'cover' | 'fill';

export interface DecodeOptions {
  /** Width of the result, in pixels. */
  readonly width: number;
  /** Height of the result, in pixels. */
  readonly height: number;
  readonly fit: Fit;
  /** Largest size (width times height) of the encoded image; `DATASET_BOUNDS.maxPixels` by default. */
  readonly maxPixels?: number;
}

/** The decoder's libraries. Other versions may decode to other pixels. */
export const DECODER_VERSIONS = [
  { name: 'sharp', version: sharp.versions.sharp ?? 'unknown' },
  { name: 'libvips', version: sharp.versions.vips },
] as const;

/** Leading bytes that identify an image's format. */
export const IMAGE_HEAD_BYTES = 64;

/** First bytes of JPEG, PNG, GIF, and of TIFF and BigTIFF in either byte order. */
const MAGIC = ['\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'GIF87a', 'GIF89a', 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'];

const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
const EXIF = Buffer.from('Exif\0\0', 'latin1');

/** Whether the content is JPEG, PNG, WebP, GIF, TIFF or AVIF. No decoder ever sees anything else, such as SVG or PDF. */
export function isImage(encoded: Uint8Array): boolean {
  const head = Buffer.from(encoded.subarray(0, IMAGE_HEAD_BYTES)).toString('latin1');
  if (head.startsWith('RIFF')) return head.startsWith('WEBP', 8);
  // AVIF states its brand after the box type, or among the compatible ones.
  if (head.startsWith('ftyp', 4)) return head.includes('avif');
  return MAGIC.some((magic) => head.startsWith(magic));
}

/**
 * The pixels of an encoded image for training and serving: width * height * 3 bytes, RGB (sRGB, 8 bit), row by row.
 * Applies the EXIF orientation, puts transparency on white and reads only the first frame. An image that already has
 * the size is not resampled. @throws IMAGE_REFUSED.
 */
export async function decodePixels(encoded: Uint8Array, options: DecodeOptions): Promise<Uint8Array> {
  const { width, height, fit, maxPixels = DATASET_BOUNDS.maxPixels } = options;
  const image = openImage(encoded, maxPixels).resize(width, height, { fit });
  return (await rgbOf(image, encoded, maxPixels)).data;
}

/** Mirrors pixels left to right. @param pixels width * height * 3 bytes, as from `decodePixels`. */
export async function mirrorPixels(pixels: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .flop()
    .raw()
    .toBuffer();
}

/** A square part of a square image. */
export interface Crop {
  /** Side of the part, as a share of the image's side. */
  readonly side: number;
  /** Share of the remaining width to the left of the part, 0 to 1. */
  readonly left: number;
  /** Share of the remaining height above the part, 0 to 1. */
  readonly top: number;
}

/** Cuts a part out of a square image and enlarges it to the image's size. @param pixels side * side * 3 bytes, as from `decodePixels`. */
export async function cropPixels(pixels: Uint8Array, side: number, crop: Crop): Promise<Uint8Array> {
  const width = Math.round(crop.side * side);
  const [left, top] = [crop.left, crop.top].map((share) => Math.round(share * (side - width))) as [number, number];
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .extract({ left, top, width, height: width })
    .resize(side, side)
    .raw()
    .toBuffer();
}

/** Size in pixels, upright, and facts of a decoded image. */
export interface MeasuredImage {
  readonly width: number;
  readonly height: number;
  readonly facts: ImageFacts;
}

/** Decodes every pixel, so that an accepted image never fails later. @throws IMAGE_REFUSED. */
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

/** Opens an encoded image, upright, on white, as sRGB, without decoding it. @throws IMAGE_REFUSED for other content. */
export function openImage(encoded: Uint8Array, maxPixels: number = DATASET_BOUNDS.maxPixels): Sharp {
  if (!isImage(encoded)) throw notAnImage();
  return sharp(encoded, { failOn: 'error', limitInputPixels: maxPixels, autoOrient: mayBeRotated(encoded) })
    .flatten({ background: 'white' })
    .toColourspace('srgb');
}

/** False for a JPEG without EXIF, since looking for an orientation costs a tenth of decoding a small image. */
function mayBeRotated(encoded: Uint8Array): boolean {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  return !bytes.subarray(0, 3).equals(JPEG) || bytes.includes(EXIF);
}

/** Decodes to width * height * 3 bytes. */
async function rgbOf(
  image: Sharp,
  encoded: Uint8Array,
  maxPixels: number,
): Promise<{ data: Buffer; width: number; height: number }> {
  const { data, info } = await decoded(image.raw().toBuffer({ resolveWithObject: true }), encoded, maxPixels);
  const { width, height } = info;
  // Another number of channels would silently shift every pixel after the first.
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
  // Reads the header only.
  const { width, height } = await sharp(encoded, { limitInputPixels: false }).metadata();
  const received = width * height;
  return refused(`${width} x ${height} pixels are ${megapixels(received)}; the limit is ${megapixels(maxPixels)}`, {
    limit: 'maxPixels',
    value: maxPixels,
    received,
  });
}

/** Exact megapixels, so that a size over the limit never looks equal to it: `25.005 MP`. */
function megapixels(pixels: number): string {
  return `${pixels / 1e6} MP`;
}

/** The message is only the reason: lists show it next to a name, and a single photo needs no name. */
function refused(reason: string, details: Readonly<Record<string, unknown>> = {}): HubError {
  return new HubError('IMAGE_REFUSED', reason, details);
}
