import sharp from 'sharp';
import { bmpHeader } from './bmp.js';
import { type ImageKind, refused } from './image-kind.js';
import { jpegHeader } from './jpeg-header.js';

/** Bytes that decoding photos may take by default: 200 MP of 3 bytes. */
export const DEFAULT_PHOTO_MEMORY = 600_000_000;

/** Pixels up to which an image is decoded whole and without a look at its header. */
export const ORDINARY_PIXELS = 25_000_000;

/** Most bytes that any decoder takes for a pixel: AVIF with 16 bits and transparency. */
const MOST_BYTES_PER_PIXEL = 16;
/** Bytes of a coefficient of a JPEG that cannot be decoded row by row. */
const COEFFICIENT_BYTES = 2;

/** The size of an encoded image, and what decoding it takes. */
export interface DecodeCost {
  /** Pixels, upright. */
  readonly width: number;
  /** Pixels, upright. */
  readonly height: number;
  /** Bytes of the decoded, not yet shrunk image in its decoder. */
  readonly memory: number;
}

/** Reads a header only. @throws IMAGE_REFUSED for a damaged one. */
export async function decodeCost(encoded: Uint8Array, kind: ImageKind): Promise<DecodeCost> {
  if (kind === 'BMP') {
    const { width, height } = bmpHeader(encoded);
    return { width, height, memory: width * height * 4 };
  }
  const { autoOrient, channels, depth } = await sharp(encoded, { limitInputPixels: false }).metadata();
  const { width, height } = autoOrient;
  return { width, height, memory: Math.round(width * height * bytesPerPixel(encoded, kind, channels, depth)) };
}

/**
 * Measured with 108 MP images and libvips 8.18. Most formats take less, since they are decoded row by row; interlaced PNG,
 * lossless WebP, GIF and progressive JPEG take this.
 */
function bytesPerPixel(encoded: Uint8Array, kind: ImageKind, channels: number, depth: string): number {
  const pixel = channels * (depth === 'uchar' ? 1 : 2);
  if (kind === 'AVIF') return 2 * Math.max(4, pixel);
  if (kind === 'GIF') return 5;
  if (kind === 'WebP') return 4;
  const jpeg = kind === 'JPEG' ? jpegHeader(encoded) : null;
  return jpeg?.isBuffered ? Math.max(pixel, COEFFICIENT_BYTES * jpeg.samplesPerPixel) : pixel;
}

/** Pixels up to which any image fits into the memory. */
export function ordinaryPixels(maxPhotoMemory: number): number {
  return Math.min(ORDINARY_PIXELS, Math.floor(maxPhotoMemory / MOST_BYTES_PER_PIXEL));
}

/** @throws IMAGE_REFUSED for an image whose decoding takes more than the memory. */
export function checkCost({ width, height, memory }: DecodeCost, kind: ImageKind, maxPhotoMemory: number): void {
  if (memory <= maxPhotoMemory) return;
  const received = width * height;
  const value = Math.floor((received * maxPhotoMemory) / memory);
  const limit = memory === 3 * received ? 'the limit' : `the limit for this ${kind}`;
  const text = `${megapixels(received, Math.ceil)} (${width} x ${height}); ${limit} is ${megapixels(value, Math.floor)}`;
  throw refused(text, { limit: 'maxPhotoMemory', value: maxPhotoMemory, received: memory, pixels: received });
}

/** Three digits, rounded away from the limit, so that a size over it never looks equal to it: `25.1 MP`. */
function megapixels(pixels: number, round: (value: number) => number): string {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, pixels))) - 2);
  return `${(round(pixels / step) * step) / 1e6} MP`;
}

/** Lets large images be decoded at the same time only while they fit into the memory together. */
class DecodeRoom {
  #used = 0;
  readonly #waiting: (() => void)[] = [];

  /** Waits until there is room; an image that needs more than all of it runs alone. */
  async run<T>(memory: number, all: number, work: () => Promise<T>): Promise<T> {
    while (this.#used > 0 && this.#used + memory > all) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#used += memory;
    try {
      return await work();
    } finally {
      this.#used -= memory;
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }
}

/** The room of this process. */
export const decodeRoom = new DecodeRoom();
