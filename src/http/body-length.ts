import type { Request, RequestHandler } from 'express';
import type { Caller } from '../domain/caller.js';
import { BOUNDS } from '../limits.js';
import { tooLong } from './body-refusal.js';

/** Refuses a request whose Content-Length is over the limit, before its body is read. @param limitOf the most bytes. */
export function limitBody(limitOf: (request: Request, caller: Caller) => number): RequestHandler {
  return (request, response, next) => {
    const received = Number(request.headers['content-length'] ?? 0);
    const limit = limitOf(request, response.locals.caller as Caller);
    if (received > limit) throw tooLong(limit, received);
    next();
  };
}

/** Most bytes of one file of a form. A VIEWER uploads photos only. */
export const fileLimit = ({ role }: Caller): number => (role === 'VIEWER' ? BOUNDS.photo : BOUNDS.upload).value;

/** Most bytes of a GraphQL request: JSON, or a form with its fields, its files and what stands between them. */
export function graphqlLimit(request: Request, caller: Caller): number {
  if (!request.is('multipart/form-data')) return BOUNDS.jsonBytes.value;
  const { formField, formFiles } = BOUNDS;
  return 3 * formField.value + formFiles.value * fileLimit(caller);
}
