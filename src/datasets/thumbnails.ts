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

/** Squares side by side on white, put together as they come: libvips takes 2.5 times the memory, and twice the time, for 400. */
export class ContactSheet {
  readonly #width: number;
  readonly #height: number;
  readonly #pixels: Uint8Array;

  /** @param count squares. @param side pixels of each. */
  constructor(
    count: number,
    private readonly side: number,
    private readonly columns: number,
  ) {
    this.#width = Math.min(columns, count) * side;
    this.#height = Math.ceil(count / columns) * side;
    this.#pixels = new Uint8Array(this.#width * this.#height * 3).fill(255);
  }

  /** @param i place, row by row. @param square [side, side, 3]. */
  put(i: number, square: Uint8Array): void {
    const { side, columns } = this;
    const [row, line] = [side * 3, this.#width * 3];
    const corner = Math.floor(i / columns) * side * line + (i % columns) * row;
    for (let y = 0; y < side; y++) this.#pixels.set(square.subarray(y * row, (y + 1) * row), corner + y * line);
  }

  async webp(): Promise<Buffer> {
    const raw = { width: this.#width, height: this.#height, channels: 3 } as const;
    return sharp(this.#pixels, { raw }).webp({ quality: QUALITY }).toBuffer();
  }
}
