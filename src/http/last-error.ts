import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { HubError } from '../errors.js';
import { refuse, sendError, statusOf } from './refuse.js';

/** Answers what a route or one of Express's own parsers refused, and masks what nobody expected. */
export function lastError(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof HubError) return refuse(response, statusOf(error), error);
    if (isParserError(error) && error.status < 500) return refuse(response, error.status, wordsOf(error));
    const requestId = response.locals.requestId as string;
    log.error({ err: error, requestId }, 'request failed');
    const message = "The hub failed to answer this request. The hub's log says why, under the request id.";
    sendError(response, 500, message, { code: 'INTERNAL', requestId });
  };
}

/** As http-errors makes them; a body that is too large comes with the limit in bytes. */
type ParserError = Error & { readonly status: number; readonly limit?: number };

function isParserError(error: unknown): error is ParserError {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}

function wordsOf({ status, message, limit }: ParserError): HubError {
  if (status !== 413) return new HubError('BAD_INPUT', message);
  return new HubError('LIMIT_EXCEEDED', `The body has more than ${limit} bytes, the limit of this request.`, { limit });
}
