import type { RequestListener } from 'node:http';
import type { RequestHandler } from 'express';
import type { Authentication, Caller } from '../domain/caller.js';
import { type Permission, refuseUnlessPermitted } from '../domain/permission.js';
import type { RateLimit } from '../domain/quota/rate-limit.js';
import { HubError } from '../errors.js';
import type { Connections } from './connections.js';
import { refuse } from './refuse.js';
import type { Turns } from './turns.js';

/** The token of an `Authorization: Bearer TOKEN` header. */
export function bearerToken(header: unknown): string | undefined {
  return typeof header === 'string' ? /^Bearer +(\S+)$/i.exec(header)?.[1] : undefined;
}

/** The token of an Authorization header. @throws UNAUTHENTICATED when it has another form, such as a token alone. */
export function tokenOf(header: string | undefined): string | undefined {
  const token = bearerToken(header);
  if (header === undefined || token !== undefined) return token;
  const message = 'The Authorization header is not a Bearer token: send "Authorization: Bearer TOKEN".';
  throw new HubError('UNAUTHENTICATED', message);
}

/** Accepts requests with a valid token, before their body is read, and sets `locals.caller`. */
export function requireToken(authentication: Authentication): RequestHandler {
  return async (request, response, next) => {
    try {
      response.locals.caller = await authentication.authenticate(tokenOf(request.headers.authorization));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      response.setHeader('www-authenticate', 'Bearer');
      return refuse(response, 401, error);
    }
    next();
  };
}

/** After `requireToken`: counts the request, and refuses it over the limits of the token. */
export function limitToken(rateLimit: RateLimit, connections: Connections): RequestHandler {
  return async (request, response, next) => {
    const { tokenId } = response.locals.caller as Caller;
    try {
      await rateLimit.count(tokenId);
      connections.admit(request, tokenId);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return refuse(response, 429, error);
    }
    next();
  };
}

/** Requests without a token take turns as those of one caller, and so do those with a token that the hub does not know. */
export const STRANGERS = '';

/** Lets tokens take turns at being answered. */
export function takeTurns(turns: Turns, authentication: Authentication, answer: RequestListener): RequestListener {
  return (request, response) => {
    const token = bearerToken(request.headers.authorization);
    turns.take(authentication.knownId(token) ?? STRANGERS, () => answer(request, response));
  };
}

/** After `requireToken`: lets tokens take turns at what follows a body that has arrived. */
export function takeTurn(turns: Turns): RequestHandler {
  return (_request, response, next) => turns.take((response.locals.caller as Caller).tokenId, next);
}

/** After `requireToken`: accepts callers with this permission. The path names the model. */
export function permit(permission: Permission): RequestHandler {
  const check: RequestHandler = (request, response, next) => {
    try {
      refuseUnlessPermitted(permission, response.locals.caller as Caller, { ...request.query, ...request.params });
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return refuse(response, 403, error);
    }
    next();
  };
  return Object.assign(check, { permission }); // for the test of all routes
}
