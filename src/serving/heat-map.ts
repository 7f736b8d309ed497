import sharp from 'sharp';
import { decodePhoto } from './decode-photo.js';

/** Side of the heat map in pixels. */
const SIDE = 320;
/** Color of the places that speak most for the class, and its opacity there. */
const HEAT = [255, 64, 0] as const;
const COVER = 0.7;

/**
 * Draws a heat map over the square of the photo that the network saw.
 * @param places side x side values of at least 0, enlarged with linear interpolation. @returns a PNG.
 */
export async function drawHeatMap(photo: Uint8Array, places: Float32Array, side: number): Promise<Buffer> {
  const most = Math.max(...places) || 1;
  const levels = Uint8Array.from(places, (value) => Math.round((255 * value) / most));
  const enlarge = sharp(levels, { raw: { width: side, height: side, channels: 1 } })
    .resize(SIDE, SIDE, { kernel: 'linear' })
    .extractChannel(0)
    .raw()
    .toBuffer();
  const [pixels, heat] = await Promise.all([decodePhoto(photo, SIDE), enlarge]);
  const drawn = pixels.map((value, i) => {
    const cover = (COVER * heat[Math.floor(i / 3)]!) / 255;
    return Math.round(value * (1 - cover) + HEAT[i % 3]! * cover);
  });
  return sharp(drawn, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png({ compressionLevel: 3 })
    .toBuffer();
}
