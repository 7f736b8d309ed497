import { type RequestHandler, Router } from 'express';
import { HubError } from '../errors.js';
import { atRoute } from './metrics.js';
import { refuse, withErrorForm } from './refuse.js';
import type { Route } from './route.js';

/** The methods of each path. */
type Methods = readonly Pick<Route, 'method' | 'path' | 'errorForm'>[];

/** Answers requests that no route took: `OPTIONS` with the methods of its path, others with 405 and the same list. */
export function answerOtherMethods(routes: Methods): Router {
  const router = Router();
  for (const path of new Set(routes.map((route) => route.path))) {
    const allowed = routes.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
    if (allowed.includes('GET')) allowed.splice(allowed.indexOf('GET') + 1, 0, 'HEAD');
    const form = routes.find((route) => route.path === path)?.errorForm;
    router.all(path, atRoute(path), ...(form ? [withErrorForm(form)] : []), answerWith(allowed));
  }
  return router;
}

/** Answers every request with the methods of a path. @param allowed without `OPTIONS`, which every path has. */
export function answerWith(allowed: readonly string[]): RequestHandler {
  return ({ method, path }, response) => {
    response.setHeader('allow', [...allowed, 'OPTIONS'].join(', '));
    if (method === 'OPTIONS') return void response.status(204).end();
    const message = `${path} does not take ${method}: use ${allowed.join(' or ')}.`;
    refuse(response, 405, new HubError('METHOD_NOT_ALLOWED', message, { method, allowed }));
  };
}
