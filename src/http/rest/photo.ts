import express, { type Request, type Response } from 'express';
import multer, { MulterError } from 'multer';
import { PHOTO_BYTES } from '../../domain/classification/classification-bounds.js';
import { HubError } from '../../errors.js';
import { photoTooLarge } from '../../schema/upload.js';
import { isClientError } from '../multipart.js';
import { parse } from '../parse.js';

/** The field of a form that has the photo. */
const FIELD = 'image';
/** What a body that is the photo itself may be called, or nothing. What it is, its bytes say. */
const PHOTO_TYPES = ['image/*', 'application/octet-stream'];

const parseBody = express.raw({ limit: PHOTO_BYTES, type: () => true });
const parseForm = multer({ limits: { files: 1, fileSize: PHOTO_BYTES, fields: 0 } }).single(FIELD);

/** The photo of a request: its body, or the file of its form. @throws UNSUPPORTED_TYPE, LIMIT_EXCEEDED or BAD_INPUT. */
export async function readPhoto(request: Request, response: Response): Promise<Uint8Array> {
  if (request.is('multipart/form-data')) {
    await parse(parseForm, request, response).catch(refuseForm);
    if (request.file) return request.file.buffer;
    throw new HubError('BAD_INPUT', `The form has no file in the field "${FIELD}".`);
  }
  const received = request.headers['content-type'];
  if (received !== undefined && request.is(PHOTO_TYPES) === false) {
    const message = `A photo is sent as ${PHOTO_TYPES.join(', ')}, or as the file "${FIELD}" of multipart/form-data; ${received} was received.`;
    throw new HubError('UNSUPPORTED_TYPE', message, { received });
  }
  await parse(parseBody, request, response);
  if (Buffer.isBuffer(request.body) && request.body.length > 0) return request.body;
  throw new HubError('BAD_INPUT', 'The request has no photo: its body is empty.');
}

function refuseForm(error: unknown): never {
  if (error instanceof MulterError && error.code === 'LIMIT_FILE_SIZE') throw photoTooLarge(PHOTO_BYTES);
  if (!(error instanceof MulterError) && !isClientError(error)) throw error;
  const message = `The form must have one file, "${FIELD}", and nothing else: ${error.message}.`;
  throw new HubError('BAD_INPUT', message);
}
