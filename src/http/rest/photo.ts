import type { Request } from 'express';
import { z } from 'zod';
import { HubError } from '../../errors.js';
import { BOUNDS } from '../../limits.js';
import { encodedPhoto, type Hold, type PhotoSource, photoTooLarge } from '../../serving/photo-source.js';
import { type InTurn, readBody } from '../read-body.js';
import type { Contents } from '../route.js';
import { readFileOfForm } from './file-of-form.js';
import { BYTES } from './query.js';

/** Form field with the photo. */
const FIELD = 'image';
/** Content types of a body that is the photo itself. The header may be missing; the format is read from the bytes. */
const PHOTO_TYPES = ['image/*', 'application/octet-stream'];

/** How a photo may be sent. */
export const PHOTO_CONTENTS: Contents = {
  ...Object.fromEntries(PHOTO_TYPES.map((type) => [type, BYTES])),
  'multipart/form-data': z.strictObject({ [FIELD]: BYTES.meta({ contentMediaType: 'image/*' }) }),
};

/** The photo that a request posts: its body, or the file of its form. */
export function postedPhoto(request: Request, inTurn: InTurn): PhotoSource {
  return encodedPhoto((hold) => readPhoto(request, hold, inTurn));
}

/** @throws UNSUPPORTED_TYPE, LIMIT_EXCEEDED or BAD_INPUT. */
async function readPhoto(request: Request, hold: Hold, inTurn: InTurn): Promise<Uint8Array> {
  if (request.is('multipart/form-data')) {
    const file = await readFileOfForm(request, FIELD, BOUNDS.photo.value, photoTooLarge, hold);
    if (file) return file;
    throw new HubError('BAD_INPUT', `The form has no file in the field "${FIELD}".`);
  }
  const received = request.headers['content-type'];
  if (received !== undefined && request.is(PHOTO_TYPES) === false) {
    const message = `Send the photo as ${PHOTO_TYPES.join(', ')}, or as the file "${FIELD}" of multipart/form-data; ${received} was received.`;
    throw new HubError('UNSUPPORTED_TYPE', message, { received });
  }
  const body = await readBody(request, BOUNDS.photo.value, hold, inTurn).catch((error: unknown) => {
    throw error instanceof HubError && error.code === 'LIMIT_EXCEEDED' ? photoTooLarge() : error;
  });
  if (body.length > 0) return body;
  throw new HubError('BAD_INPUT', 'The body of the request is empty: send a photo.');
}
