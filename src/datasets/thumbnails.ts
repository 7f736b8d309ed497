import sharp from 'sharp';
import { decodePixels, withImage } from './decode.js';

/** WebP quality, of 100: thumbnails are for an overview. */
const QUALITY = 80;

/** Scales a whole image to fit a square. @param side pixels. @returns WebP. */
export async function thumbnail(encoded: Uint8Array, side: number): Promise<Buffer> {
  return withImage(encoded, (image) =>
    image.resize(side, side, { fit: 'inside' }).webp({ quality: QUALITY }).toBuffer(),
  );
}

/** Pixels as they are. @param pixels [side, side, 3]. @returns WebP without loss. */
export async function lossless(pixels: Uint8Array, side: number): Promise<Buffer> {
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .webp({ lossless: true })
    .toBuffer();
}

/** A WebP file as a data URL. */
export function dataUrl(webp: Buffer): string {
  return `data:image/webp;base64,${webp.toString('base64')}`;
}

/** A square of an image for a contact sheet. @param side pixels. @returns [side, side, 3]. */
export async function square(encoded: Uint8Array, side: number): Promise<Uint8Array> {
  return decodePixels(encoded, { width: side, height: side, fit: 'cover' });
}

/** Squares side by side. @param side pixels of each square. @returns WebP. */
export async function contactSheet(squares: readonly Uint8Array[], side: number, columns: number): Promise<Buffer> {
  const cells = squares.map((pixels, i) => ({
    input: Buffer.from(pixels),
    raw: { width: side, height: side, channels: 3 } as const,
    left: (i % columns) * side,
    top: Math.floor(i / columns) * side,
  }));
  const width = Math.min(columns, squares.length) * side;
  const height = Math.ceil(squares.length / columns) * side;
  return sharp({ create: { width, height, channels: 3, background: 'white' } })
    .composite(cells)
    .webp({ quality: QUALITY })
    .toBuffer();
}
