import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { HubError } from '../errors.js';
import { toRefusal } from './body-refusal.js';
import { refuse, sendError, statusOf } from './refuse.js';

/** Answers requests that a route or one of Express's parsers refused, and masks unexpected errors. */
export function lastError(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const refusal = toRefusal(error, request);
    if (refusal instanceof HubError) return refuse(response, statusOf(refusal), refusal);
    const requestId = response.locals.requestId as string;
    log.error({ err: error, requestId }, 'request failed');
    const message = 'The hub failed to answer this request. Its log has the reason under the request id.';
    sendError(response, 500, message, { code: 'INTERNAL', requestId });
  };
}
