import { decodePixels } from '../datasets/decode.js';
import { HubError } from '../errors.js';

/**
 * Decodes an encoded photo of any size: upright, cropped to the square in its center, resized. @returns [side, side, 3].
 * @throws IMAGE_REFUSED, with the decoder's reason in a sentence about the photo.
 */
export async function decodePhoto(photo: Uint8Array, side: number): Promise<Uint8Array> {
  try {
    return await decodePixels(photo, { width: side, height: side, fit: 'cover' });
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw new HubError(error.code, `The photo cannot be used: ${error.message}.`, error.details);
  }
}
