import type { RequestHandler } from 'express';
import processRequest from 'graphql-upload/processRequest.mjs';
import { HubError } from '../errors.js';
import type { UploadMetrics } from '../metrics/upload-metrics.js';
import { refuseCompressedForm } from './compressed-form.js';
import { refuse } from './refuse.js';

/** Bounds of a multipart request. */
export const UPLOAD_BOUNDS = {
  /** Bytes of one file: an archive of a dataset. */
  maxFileSize: 4 * 1024 ** 3,
  maxFiles: 16,
  /** Bytes of the operations, and of the map. */
  maxFieldSize: 1024 ** 2,
} as const;

/** A header that a page of another origin cannot send without a preflight request. */
const PREFLIGHT_HEADER = 'apollo-require-preflight';

/**
 * Reads requests of the GraphQL multipart request specification. A request without the preflight header is refused
 * before it is parsed: a form on another site could have sent it.
 */
export function multipart(uploads: UploadMetrics): RequestHandler {
  return async (request, response, next) => {
    if (!request.is('multipart/form-data')) return next();
    if (request.headers[PREFLIGHT_HEADER] === undefined) {
      const message = `A multipart request needs the header "${PREFLIGHT_HEADER}: true".`;
      return refuse(response, 400, new HubError('BAD_INPUT', message));
    }
    refuseCompressedForm(request);
    const upload = uploads.begin();
    request.on('data', (chunk: Buffer) => upload.received(chunk.length));
    response.once('close', upload.end);
    try {
      request.body = await processRequest(request, response, UPLOAD_BOUNDS);
    } catch (error) {
      if (!isClientError(error)) return next(error);
      return refuse(response, error.status ?? 400, new HubError('BAD_INPUT', error.message, { ...UPLOAD_BOUNDS }));
    }
    next();
  };
}

/** Whether the request itself is wrong: an error of the reader, or of its parser, which have no system error code. */
function isClientError(error: unknown): error is Error & { status?: number } {
  if (!(error instanceof Error)) return false;
  return 'status' in error ? Number(error.status) < 500 : !('code' in error);
}
