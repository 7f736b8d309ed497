import type { RequestHandler, Response } from 'express';
import type { ErrorCode, HubError } from '../errors.js';
import { BodyRefusal } from './body-refusal.js';

/** HTTP's word for a code, where it has a better one than 400. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404,
  NOT_DEPLOYED: 404,
  LIMIT_EXCEEDED: 413,
  UNSUPPORTED_TYPE: 415,
  IMAGE_REFUSED: 422,
  OVERLOADED: 429,
  BLOB_CORRUPT: 500,
  SHUTTING_DOWN: 503,
  DEADLINE_EXCEEDED: 504,
};

export function statusOf(refusal: HubError): number {
  return refusal instanceof BodyRefusal ? refusal.status : (STATUSES[refusal.code] ?? 400);
}

/** How the body of an error looks. @param extensions its code, and what goes with it. */
type ErrorForm = (message: string, extensions: Readonly<Record<string, unknown>>) => unknown;

const GRAPHQL_FORM: ErrorForm = (message, extensions) => ({ errors: [{ message, extensions }] });

/** Errors of the handlers behind this one have another form than GraphQL's. */
export function withErrorForm(form: ErrorForm): RequestHandler {
  return (_request, response, next) => {
    response.locals.errorForm = form;
    next();
  };
}

/**
 * Answers a request that never reaches GraphQL, in GraphQL's form of an error unless the route has another one. What
 * says when to ask again (`retryAfter`, in seconds) says it in the header too.
 */
export function refuse(response: Response, status: number, { message, code, details }: HubError): void {
  if (typeof details.retryAfter === 'number') response.setHeader('retry-after', details.retryAfter);
  sendError(response, status, message, { ...details, code });
}

export function sendError(
  response: Response,
  status: number,
  message: string,
  extensions: Readonly<Record<string, unknown>>,
): void {
  const form = (response.locals.errorForm as ErrorForm | undefined) ?? GRAPHQL_FORM;
  // Without a charset, which JSON has none of: KServe's client compares the type as a whole.
  response.status(status).setHeader('content-type', 'application/json');
  response.end(JSON.stringify(form(message, extensions)));
}
