import sharp from 'sharp';
import { decodePixels, openImage } from './decode.js';

/** Quality of WebP, of 100: small pictures to look over, not to judge. */
const QUALITY = 80;

/** A picture as a whole that fits into a square. @param side in pixels. @returns WebP. */
export async function thumbnail(encoded: Uint8Array, side: number): Promise<Buffer> {
  return openImage(encoded).resize(side, side, { fit: 'inside' }).webp({ quality: QUALITY }).toBuffer();
}

/** A WebP picture as the address of itself. */
export function dataUrl(webp: Buffer): string {
  return `data:image/webp;base64,${webp.toString('base64')}`;
}

/** Pictures side by side, each cropped to a square. @param side of each in pixels. @returns WebP. */
export async function contactSheet(pictures: readonly Uint8Array[], side: number, columns: number): Promise<Buffer> {
  const cells = await Promise.all(
    pictures.map(async (encoded, i) => ({
      input: Buffer.from(await decodePixels(encoded, { width: side, height: side, fit: 'cover' })),
      raw: { width: side, height: side, channels: 3 } as const,
      left: (i % columns) * side,
      top: Math.floor(i / columns) * side,
    })),
  );
  const width = Math.min(columns, pictures.length) * side;
  const height = Math.ceil(pictures.length / columns) * side;
  return sharp({ create: { width, height, channels: 3, background: 'white' } })
    .composite(cells)
    .webp({ quality: QUALITY })
    .toBuffer();
}
