import { BOUNDS } from '../../limits.js';
import { encodedPhoto, type Hold, type PhotoSource, photoTooLarge } from '../../serving/photo-source.js';
import type { UploadPromise } from '../upload.js';
import { contentOf } from '../upload-content.js';

/** The photo that a GraphQL request uploads. */
export function uploadedPhoto(upload: UploadPromise): PhotoSource {
  return encodedPhoto((hold) => readPhoto(upload, hold));
}

/** @throws LIMIT_EXCEEDED as soon as too many bytes have arrived. */
async function readPhoto(upload: UploadPromise, hold: Hold): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of contentOf(upload)) {
    bytes += chunk.byteLength;
    if (bytes > BOUNDS.photo.value) throw photoTooLarge();
    hold(chunk.byteLength);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
