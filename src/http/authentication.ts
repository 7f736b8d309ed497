import type { RequestHandler } from 'express';
import { HubError } from '../errors.js';
import { refuse } from './refuse.js';

/** Finds out whose token it is: its name, or UNAUTHENTICATED. */
export type Authenticate = (token: string | undefined) => Promise<string>;

/** The token of an `Authorization: Bearer TOKEN` header. */
export function bearerToken(header: unknown): string | undefined {
  return typeof header === 'string' ? /^Bearer +(\S+)$/i.exec(header)?.[1] : undefined;
}

/** Lets only requests with a known token pass, before anything of their body is read. */
export function requireToken(authenticate: Authenticate): RequestHandler {
  return async (request, response, next) => {
    try {
      response.locals.actor = await authenticate(bearerToken(request.headers.authorization));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      response.setHeader('www-authenticate', 'Bearer');
      return refuse(response, 401, error);
    }
    next();
  };
}
