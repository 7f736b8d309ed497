import { decodePixels } from '../datasets/decode.js';
import { HubError } from '../errors.js';

/**
 * A photo of any size as a network takes it: upright, reduced to a square around its centre, side x side x 3 bytes.
 * @throws IMAGE_REFUSED: the decoder's reasons stand by themselves; here there is a photo to name.
 */
export async function decodePhoto(photo: Uint8Array, side: number): Promise<Uint8Array> {
  try {
    return await decodePixels(photo, { width: side, height: side, fit: 'cover' });
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw new HubError(error.code, `The photo cannot be used: ${error.message}.`, error.details);
  }
}
