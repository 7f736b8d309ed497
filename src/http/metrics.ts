import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import type { Metrics } from '../metrics/metrics.js';
import type { Route } from './route.js';

/** `GET /metrics`, for Prometheus. @param open whether programs on this machine need no token. */
export function metricsRoute(metrics: Metrics, open: boolean): Route {
  return {
    method: 'get',
    path: '/metrics',
    needs: { role: 'VIEWER', model: null },
    name: 'metrics',
    summary: 'Metrics for Prometheus',
    answers: { 200: { 'text/plain': z.string() } },
    open: (request) => open && isOfThisMachine(request),
    async answer(_request, response) {
      response.setHeader('content-type', metrics.contentType);
      response.end(await metrics.text());
    },
  };
}

/** Measures every request. A later `atRoute` names the route that it counts for. */
export function measure({ http }: Metrics): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    response.once('close', () => {
      const route = (response.locals.route as string | undefined) ?? 'none';
      const status = response.writableFinished ? String(response.statusCode) : 'aborted';
      http.answered({ route, method: request.method, status }, (performance.now() - began) / 1000);
    });
    next();
  };
}

export function atRoute(path: string): RequestHandler {
  return (_request, response, next) => {
    response.locals.route = path;
    next();
  };
}

/** False for a request that a proxy on this machine forwards, which has a header. */
function isOfThisMachine({ socket, headers }: Request): boolean {
  const forwarded = headers.forwarded ?? headers['x-forwarded-for'];
  return forwarded === undefined && /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
}
