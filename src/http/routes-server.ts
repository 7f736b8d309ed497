import { HubError } from '../errors.js';
import { FairLimit } from '../fair-limit.js';
import { limitToken, requireToken, takeTurns } from './authentication.js';
import { inTurn } from './in-turn.js';
import { lastError } from './last-error.js';
import { addRoutes, CLOSING, type HttpServer, listenAt, openApp, openServer, type ServerParts } from './open-server.js';
import { withDescription } from './openapi/routes.js';
import { answerOtherMethods } from './other-methods.js';
import { refuse } from './refuse.js';
import type { Route } from './route.js';
import { probeRoutes, type ServingParts, servingRoutes } from './routes.js';

/** Starts the HTTP server of a process that only classifies photos: REST and the Open Inference Protocol. */
export function startClassification(
  parts: ServerParts & Omit<ServingParts, 'unpacking'>,
  host: string,
  port: number,
): Promise<HttpServer> {
  const routes = withDescription(servingRoutes({ ...parts, unpacking: new FairLimit(1) }), parts.basePath);
  return startRoutes(parts, routes, 'classifies photos', host, port);
}

/** Starts the HTTP server of a process that only trains: health, readiness and metrics. */
export function startProbes(parts: ServerParts, host: string, port: number): Promise<HttpServer> {
  return startRoutes(parts, probeRoutes(parts), 'trains', host, port);
}

/** @param does what the process does and nothing else. */
async function startRoutes(
  parts: ServerParts,
  routes: readonly Route[],
  does: string,
  host: string,
  port: number,
): Promise<HttpServer> {
  const { server, connections } = openServer(parts);
  const app = openApp(parts);
  addRoutes(app, routes, [requireToken(parts.authentication), limitToken(parts.rateLimit, connections)], parts.tracing);
  app.use(answerOtherMethods(routes));
  app.use(({ method, path }, response) => {
    const message = `There is nothing at ${method} ${path}: this process only ${does}. It has ${routes.map((route) => route.path).join(', ')}.`;
    refuse(response, 404, new HubError('NOT_FOUND', message));
  });
  app.use(lastError(parts.log));
  server.on('request', inTurn(takeTurns(parts.turns, parts.authentication, app)));
  return { url: await listenAt(server, host, port, parts.basePath), close: () => connections.close(CLOSING) };
}
