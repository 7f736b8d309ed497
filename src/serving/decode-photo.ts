import { decodePixels } from '../datasets/decode.js';
import { HubError } from '../errors.js';

/**
 * Decodes an encoded photo: upright, cropped to the square in its center, resized. @returns [side, side, 3].
 * @param maxPhotoMemory as of `withImage`; none for a photo that was accepted before.
 * @throws IMAGE_REFUSED, with the decoder's reason in a sentence about the photo.
 */
export async function decodePhoto(photo: Uint8Array, side: number, maxPhotoMemory?: number): Promise<Uint8Array> {
  try {
    return await decodePixels(photo, {
      width: side,
      height: side,
      fit: 'cover',
      ...(maxPhotoMemory && { maxPhotoMemory }),
    });
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw new HubError(error.code, `Photo is ${error.message}.`, error.details);
  }
}
