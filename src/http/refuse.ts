import type { RequestHandler, Response } from 'express';
import type { ErrorCode, HubError } from '../errors.js';
import { BodyRefusal } from './body-refusal.js';

/** HTTP statuses of error codes; 400 for all others. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404,
  NOT_DEPLOYED: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_READY: 409,
  LIMIT_EXCEEDED: 413,
  UNSUPPORTED_TYPE: 415,
  IMAGE_REFUSED: 422,
  WEIGHTS_REFUSED: 422,
  OVERLOADED: 429,
  BLOB_CORRUPT: 500,
  NOT_SUPPORTED: 501,
  BLOBS_UNAVAILABLE: 503,
  OUT_OF_MEMORY: 503,
  ROLE_MISSING: 503,
  DATABASE_UNAVAILABLE: 503,
  SHUTTING_DOWN: 503,
  DEADLINE_EXCEEDED: 504,
  DISK_FULL: 507,
};

export function statusOf(refusal: HubError): number {
  return refusal instanceof BodyRefusal ? refusal.status : (STATUSES[refusal.code] ?? 400);
}

/** Makes the body of an error. @param extensions its code and details. */
export type ErrorForm = (message: string, extensions: Readonly<Record<string, unknown>>) => unknown;

/** What clients of GraphQL ask for, such as the page. */
const GRAPHQL_TYPE = 'application/graphql-response+json';

const GRAPHQL_FORM: ErrorForm = (message, extensions) => ({ errors: [{ message, extensions }] });

/** Sets the error form of later handlers, in place of GraphQL's. */
export function withErrorForm(form: ErrorForm): RequestHandler {
  return (_request, response, next) => {
    response.locals.errorForm = form;
    next();
  };
}

/**
 * Refuses a request that does not reach GraphQL, with a GraphQL error unless the route has another form.
 * `retryAfter`, in seconds, is also sent as a header.
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
  // Clients read GraphQL errors of a status that is none of success only in the type of "GraphQL over HTTP", 6.1.
  const isGraphQL = form === GRAPHQL_FORM && response.req.headers.accept?.includes(GRAPHQL_TYPE);
  // Without a charset, which JSON does not have: KServe's client compares the whole header.
  response.status(status).setHeader('content-type', isGraphQL ? GRAPHQL_TYPE : 'application/json');
  response.end(JSON.stringify(form(message, extensions)));
}
