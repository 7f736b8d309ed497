import sharp, { type Sharp } from 'sharp';
import { HubError } from '../errors.js';
import { bmpHeader, decodeBmp } from './bmp.js';
import {
  checkCost,
  DEFAULT_PHOTO_MEMORY,
  type DecodeCost,
  decodeCost,
  decodeRoom,
  ORDINARY_PIXELS,
  ordinaryPixels,
} from './decode-memory.js';
import { type ImageFacts, imageFacts } from './image-facts.js';
import { type ImageKind, imageKind, refused, refuseHevc } from './image-kind.js';
import { jpegHeader } from './jpeg-header.js';
import { tiffLayout } from './tiff-header.js';

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
  /** As of `withImage`. */
  readonly maxPhotoMemory?: number;
}

/** The decoder's libraries. Other versions may decode to other pixels. */
export const DECODER_VERSIONS = [
  { name: 'sharp', version: sharp.versions.sharp ?? 'unknown' },
  { name: 'libvips', version: sharp.versions.vips },
] as const;

const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
const EXIF = Buffer.from('Exif\0\0', 'latin1');

/**
 * The pixels of an encoded image for training and serving: width * height * 3 bytes, RGB (sRGB, 8 bit), row by row.
 * Applies the EXIF orientation, puts transparency on white and reads only the first frame. An image that already has
 * the size is not resampled. @throws IMAGE_REFUSED.
 */
export async function decodePixels(encoded: Uint8Array, options: DecodeOptions): Promise<Uint8Array> {
  const { width, height, fit, maxPhotoMemory } = options;
  const { data } = await withImage(encoded, (image) => rgbOf(image.resize(width, height, { fit })), maxPhotoMemory);
  return data;
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

/** Factors of colors; 1 changes nothing. */
export interface ColorChange {
  /** Of every value. */
  readonly brightness: number;
  /** Of the distance from the mean gray of the image. */
  readonly contrast: number;
  /** Of the distance from the gray of the pixel. */
  readonly saturation: number;
}

/** Shares of red, green and blue in the gray of a pixel: the luma of ITU-R BT.601. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** Changes brightness, then contrast, then saturation, and rounds. @param pixels n * 3 bytes, RGB. */
export function recolorPixels(pixels: Uint8Array, { brightness, contrast, saturation }: ColorChange): Uint8Array {
  const lit = Float32Array.from(pixels, (value) => Math.min(255, value * brightness));
  let sum = 0;
  for (let i = 0; i < lit.length; i += 3) sum += grayAt(lit, i);
  const mean = sum / (lit.length / 3);
  const distinct = lit.map((value) => Math.min(255, Math.max(0, mean + contrast * (value - mean))));
  const result = new Uint8ClampedArray(pixels.length); // rounds and clamps
  for (let i = 0; i < distinct.length; i += 3) {
    const gray = grayAt(distinct, i);
    for (let channel = i; channel < i + 3; channel++) {
      result[channel] = gray + saturation * ((distinct[channel] as number) - gray);
    }
  }
  return new Uint8Array(result.buffer);
}

function grayAt(values: Float32Array, i: number): number {
  return LUMA[0] * values[i]! + LUMA[1] * values[i + 1]! + LUMA[2] * values[i + 2]!;
}

/** Size in pixels, upright, and facts of a decoded image. */
export interface MeasuredImage {
  readonly width: number;
  readonly height: number;
  readonly facts: ImageFacts;
}

/**
 * Decodes every pixel, so that an accepted image never fails later. Images of more than 25 MP are measured at a smaller
 * size. @throws IMAGE_REFUSED.
 */
export function measureImage(encoded: Uint8Array, maxPhotoMemory?: number): Promise<MeasuredImage> {
  const measure = async (image: Sharp, cost: DecodeCost | null): Promise<MeasuredImage> => {
    const { data, width, height } = await rgbOf(cost ? shrunk(image, cost) : image);
    const size = cost ? { width: cost.width, height: cost.height } : { width, height };
    return { ...size, facts: imageFacts(data, width, height) };
  };
  return withImage(encoded, measure, maxPhotoMemory);
}

function shrunk(image: Sharp, { width, height }: DecodeCost): Sharp {
  const factor = Math.ceil(Math.sqrt((width * height) / ORDINARY_PIXELS));
  if (factor <= 1) return image;
  const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side / factor)));
  return image.resize(across, down, { fit: 'fill' });
}

/**
 * Opens an encoded image, upright, on white, as sRGB. JPEG and WebP shrink while they are decoded, when `use` resizes.
 * @param use decodes the image; gets its cost if it is a large one. May be called twice.
 * @param maxPhotoMemory bytes that the decoded, not yet shrunk image may take. Without it, for images that were accepted
 * before, no size is refused. @throws IMAGE_REFUSED
 */
export async function withImage<T>(
  encoded: Uint8Array,
  use: (image: Sharp, cost: DecodeCost | null) => Promise<T>,
  maxPhotoMemory?: number,
): Promise<T> {
  const kind = imageKind(encoded);
  const room = maxPhotoMemory ?? DEFAULT_PHOTO_MEMORY;
  try {
    const result = await openImage(encoded, kind, ordinaryPixels(room))
      .then((image) => use(image, null))
      .catch(unlessTooLarge);
    if (result !== TOO_LARGE) return result;
    const cost = await decodeCost(encoded, kind);
    if (maxPhotoMemory !== undefined) checkCost(cost, kind, maxPhotoMemory);
    return await decodeRoom.run(cost.memory, room, async () => {
      const large = await openImage(encoded, kind, cost.width * cost.height);
      return use(large, cost);
    });
  } catch (error) {
    throw error instanceof HubError ? error : refusalOf(encoded, kind);
  }
}

/** Part of the message with which sharp refuses an image of more pixels. */
const PIXEL_LIMIT = 'pixel limit';
const TOO_LARGE = Symbol('more pixels than the limit');

function unlessTooLarge(error: unknown): typeof TOO_LARGE {
  if (error instanceof Error && error.message.includes(PIXEL_LIMIT)) return TOO_LARGE;
  throw error;
}

/** Opens an image; only what libvips does not read is decoded at once. @throws IMAGE_REFUSED, or an error of sharp's. */
async function openImage(encoded: Uint8Array, kind: ImageKind, maxPixels: number): Promise<Sharp> {
  if (kind === 'BMP') {
    const header = bmpHeader(encoded);
    if (header.width * header.height > maxPixels) throw new Error(PIXEL_LIMIT);
    const { data, ...raw } = await decodeBmp(encoded, header);
    return onWhite(sharp(data, { raw, limitInputPixels: maxPixels }));
  }
  if (kind === 'AVIF') refuseHevc(encoded);
  const skipsLastSample = kind === 'TIFF' && tiffLayout(encoded).skipsLastSample;
  const options = { failOn: 'error', limitInputPixels: maxPixels, autoOrient: mayBeRotated(encoded) } as const;
  const image = sharp(encoded, options);
  if (await hasDeepProfile(encoded, kind)) image.withIccProfile('srgb');
  if (!skipsLastSample) return onWhite(image);
  // Decoded first: resizing would weight colors by the last sample as by transparency.
  const { data, info } = await image.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: maxPixels });
}

function onWhite(image: Sharp): Sharp {
  return image.flatten({ background: 'white' }).toColourspace('srgb');
}

/**
 * Whether an image has colors of 16 bits with a profile. sharp converts those to Display P3 (as of 0.35), and to sRGB only
 * if it writes a profile.
 */
async function hasDeepProfile(encoded: Uint8Array, kind: ImageKind): Promise<boolean> {
  const isPng8 = kind === 'PNG' && encoded[PNG_DEPTH] !== 16;
  if (isPng8 || !['PNG', 'TIFF', 'AVIF'].includes(kind)) return false;
  const { space, icc } = await sharp(encoded, { limitInputPixels: false }).metadata();
  return space === 'rgb16' && icc !== undefined;
}

/** Byte of a PNG with the bits of a sample: behind the signature, the chunk's head and the size. */
const PNG_DEPTH = 24;

/** False for a JPEG without EXIF, since looking for an orientation costs a tenth of decoding a small image. */
function mayBeRotated(encoded: Uint8Array): boolean {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  return !bytes.subarray(0, 3).equals(JPEG) || bytes.includes(EXIF);
}

/** Decodes to width * height * 3 bytes. */
async function rgbOf(image: Sharp): Promise<{ data: Buffer; width: number; height: number }> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  // Another number of channels would silently shift every pixel after the first.
  if (data.length !== width * height * 3)
    throw refused(`not decoded to RGB: ${data.length} bytes for ${width} x ${height} pixels`);
  return { data, width, height };
}

/** The reason for an image that its decoder gave up on. */
function refusalOf(encoded: Uint8Array, kind: ImageKind): HubError {
  const jpeg = kind === 'JPEG' ? jpegHeader(encoded) : null;
  if (jpeg?.isLossless) return refused('a lossless JPEG: save it as ordinary JPEG or as PNG');
  if (jpeg && jpeg.precision !== 8) return refused(`a JPEG of ${jpeg.precision}-bit samples: save it with 8 bits`);
  return refused('truncated or damaged');
}
