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

/** A WebP file as a data URL. */
export function dataUrl(webp: Buffer): string {
  return `data:image/webp;base64,${webp.toString('base64')}`;
}

/** Images side by side, each cropped to a square. @param side pixels of each square. @returns WebP. */
export async function contactSheet(images: readonly Uint8Array[], side: number, columns: number): Promise<Buffer> {
  const cells = await Promise.all(
    images.map(async (encoded, i) => ({
      input: Buffer.from(await decodePixels(encoded, { width: side, height: side, fit: 'cover' })),
      raw: { width: side, height: side, channels: 3 } as const,
      left: (i % columns) * side,
      top: Math.floor(i / columns) * side,
    })),
  );
  const width = Math.min(columns, images.length) * side;
  const height = Math.ceil(images.length / columns) * side;
  return sharp({ create: { width, height, channels: 3, background: 'white' } })
    .composite(cells)
    .webp({ quality: QUALITY })
    .toBuffer();
}
