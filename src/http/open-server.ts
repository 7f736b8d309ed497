import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Authentication } from '../domain/caller.js';
import type { RateLimit } from '../domain/quota/rate-limit.js';
import { BOUNDS } from '../limits.js';
import type { Tracing } from '../tracing/tracing.js';
import { permit } from './authentication.js';
import { withoutBasePath } from './base-path.js';
import { limitBody } from './body-length.js';
import { Connections } from './connections.js';
import { INFERENCE, inferenceError } from './inference/routes.js';
import { addressText, listen } from './listen.js';
import { atRoute, measure } from './metrics.js';
import { NO_HSTS } from './no-hsts.js';
import { withErrorForm } from './refuse.js';
import type { Route } from './route.js';
import type { ProbeParts } from './routes.js';
import { inTrace, traceRequests } from './trace-requests.js';
import type { Turns } from './turns.js';

/** Milliseconds for which requests in progress are answered after the hub was told to stop. */
export const CLOSING = 10_000;
/** Listeners for the end of an answer: five of this server, two of them for traces, two of a route, seven of Node's `pipeline`, which streams a download. */
const MOST_LISTENERS = 14;

/** Parts of the server of every process. */
export interface ServerParts extends ProbeParts {
  readonly authentication: Authentication;
  readonly rateLimit: RateLimit;
  /** Connections at the same time. */
  readonly maxConnections: number;
  /** Path of the hub behind a proxy, such as `/hub`; else empty. */
  readonly basePath: string;
  readonly turns: Turns;
  readonly log: Logger;
  readonly tracing?: Tracing | undefined;
}

export interface HttpServer {
  /** Address at which it listens, with the base path, for example http://127.0.0.1:4000/hub. */
  readonly url: string;
  close(): Promise<void>;
}

interface OpenServer {
  readonly server: Server;
  readonly connections: Connections;
}

export function openServer({ basePath, maxConnections }: ServerParts): OpenServer {
  const server = createServer();
  for (const event of ['request', 'upgrade']) server.on(event, withoutBasePath(basePath));
  server.on('request', (_request, response) => response.setMaxListeners(MOST_LISTENERS));
  return { server, connections: new Connections(server, maxConnections) };
}

/** @returns the address, with the base path. @throws CONFLICT when the port is taken, BAD_INPUT when the address cannot be used. */
export async function listenAt(server: Server, host: string, port: number, basePath: string): Promise<string> {
  await listen(server, host, port);
  return `http://${addressText(server.address() as AddressInfo)}${basePath}`;
}

/** An app without a route. */
export function openApp({ metrics, tracing }: ProbeParts & Pick<ServerParts, 'tracing'>): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(requestId, measure(metrics), ...traceRequests(tracing), helmet(NO_HSTS), noStore);
  app.use(INFERENCE, withErrorForm(inferenceError));
  return app;
}

/** @param known handlers that find out who asks. */
export function addRoutes(
  app: Express,
  routes: readonly Route[],
  known: readonly RequestHandler[],
  tracing?: Tracing,
): void {
  const traced = inTrace(tracing);
  for (const { method, path, needs, open, maxBody = BOUNDS.jsonBytes.value, errorForm, answer } of routes) {
    const admit = needs === null ? [] : [...known, permit(needs)];
    const checks = admit.map((check) => unless(open, check));
    app[method](
      path,
      atRoute(path),
      ...(errorForm ? [withErrorForm(errorForm)] : []),
      ...checks,
      limitBody(() => maxBody),
      ...traced,
      answer,
    );
  }
}

/** What is answered is for the caller alone. Static files have a rule of their own. */
const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('cache-control', 'no-store');
  next();
};

/** Skips a check for some requests. */
function unless(open: Route['open'], check: RequestHandler): RequestHandler {
  return open ? (request, response, next) => (open(request) ? next() : check(request, response, next)) : check;
}

/** Gives every request an id, which the response and the log contain. */
const requestId: RequestHandler = (_request, response, next) => {
  const id = randomUUID();
  response.locals.requestId = id;
  response.setHeader('x-request-id', id);
  next();
};
