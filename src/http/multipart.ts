import type { RequestHandler } from 'express';
import type { Caller } from '../domain/caller.js';
import { HubError } from '../errors.js';
import type { UploadMetrics } from '../metrics/upload-metrics.js';
import { fileLimit } from './body-length.js';
import { refuseCompressedForm } from './compressed-form.js';
import { refuse, statusOf } from './refuse.js';
import { processRequest } from './upload/process-request.js';

/** A header that a page of another origin cannot send without a preflight request. */
const PREFLIGHT_HEADER = 'apollo-require-preflight';

/**
 * Reads requests of the GraphQL multipart request specification. A request without the preflight header is refused
 * before it is parsed: a form on another site could have sent it.
 * @param folder for files that are arriving. @param admit rejects when there is no room for more of them.
 */
export function multipart(uploads: UploadMetrics, folder: string, admit: () => Promise<void>): RequestHandler {
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
    const maxFileSize = fileLimit(response.locals.caller as Caller);
    try {
      request.body = await processRequest(request, response, { maxFileSize, folder, admit });
    } catch (error) {
      if (!(error instanceof HubError)) return next(error);
      return refuse(response, statusOf(error), error);
    }
    next();
  };
}
