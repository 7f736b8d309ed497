import type { RequestHandler } from 'express';
import type { Authentication, Caller } from '../domain/caller.js';
import type { Limits } from '../domain/quota/quotas.js';
import { HubError } from '../errors.js';
import { type Permission, refuseUnlessPermitted } from '../schema/permission.js';
import { refuse } from './refuse.js';

/** The token of an `Authorization: Bearer TOKEN` header. */
export function bearerToken(header: unknown): string | undefined {
  return typeof header === 'string' ? /^Bearer +(\S+)$/i.exec(header)?.[1] : undefined;
}

/** Lets only requests with a known token pass, before anything of their body is read; `locals.caller` says whose. */
export function requireToken(authentication: Authentication): RequestHandler {
  return async (request, response, next) => {
    try {
      response.locals.caller = await authentication.authenticate(bearerToken(request.headers.authorization));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      response.setHeader('www-authenticate', 'Bearer');
      return refuse(response, 401, error);
    }
    next();
  };
}

/** Behind `requireToken`: counts the request, and refuses it when the token has sent too many. */
export function limitRate(limits: Limits): RequestHandler {
  return async (_request, response, next) => {
    try {
      await limits.countRequest((response.locals.caller as Caller).tokenId);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return refuse(response, 429, error);
    }
    next();
  };
}

/** Behind `requireToken`: lets only callers pass who may. The model is in the address. */
export function permit(permission: Permission): RequestHandler {
  const check: RequestHandler = (request, response, next) => {
    try {
      const { method, path } = request;
      refuseUnlessPermitted(`${method} ${path}`, permission, response.locals.caller as Caller, {
        ...request.query,
        ...request.params,
      });
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return refuse(response, 403, error);
    }
    next();
  };
  return Object.assign(check, { permission }); // which the test of all routes looks for
}
