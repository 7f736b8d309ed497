import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type Express, type RequestHandler } from 'express';
import type { GraphQLSchema } from 'graphql';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Authentication, Caller } from '../domain/caller.js';
import type { RateLimit } from '../domain/quota/rate-limit.js';
import { HubError } from '../errors.js';
import { FairLimit } from '../fair-limit.js';
import { BOUNDS } from '../limits.js';
import { type Context, contextOf, type SubscriptionSources } from '../schema/context.js';
import { limitToken, permit, requireToken, takeTurn, takeTurns } from './authentication.js';
import { withoutBasePath } from './base-path.js';
import { graphqlLimit, limitBody } from './body-length.js';
import { Connections } from './connections.js';
import { limitDocument, startApollo } from './graphql.js';
import { inTurn } from './in-turn.js';
import { INFERENCE, inferenceError } from './inference/routes.js';
import { lastError } from './last-error.js';
import { listen } from './listen.js';
import { atRoute, measure } from './metrics.js';
import { multipart } from './multipart.js';
import { answerOtherMethods } from './other-methods.js';
import { servePage } from './page.js';
import { refuse, withErrorForm } from './refuse.js';
import type { Route } from './route.js';
import { API, type ProbeParts, probeRoutes, type RouteParts, routesOf } from './routes.js';
import { showPlayground } from './show-playground.js';
import { serveSubscriptions } from './subscriptions.js';
import { Turns } from './turns.js';

/** Milliseconds for which requests in progress are answered after the hub was told to stop. */
const CLOSING = 10_000;

/** Parts of the server of every process. */
interface ServerParts extends ProbeParts {
  readonly authentication: Authentication;
  readonly rateLimit: RateLimit;
  /** Connections at the same time. */
  readonly maxConnections: number;
  /** Path of the hub behind a proxy, such as `/hub`; else empty. */
  readonly basePath: string;
  readonly log: Logger;
}

export interface HttpParts extends Omit<RouteParts, 'turns' | 'unpacking'>, ServerParts {
  readonly schema: GraphQLSchema;
  readonly subscribed: SubscriptionSources;
  /** Folder of the built page. */
  readonly page: string;
  /** Folder for uploads that are arriving. */
  readonly temporary: string;
  /** Rejects when the data folder may not grow. */
  readonly admitData: () => Promise<void>;
}

export interface HttpServer {
  /** Address at which it listens, with the base path, for example http://127.0.0.1:4000/hub. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the HTTP server. @throws CONFLICT when the port is taken, BAD_INPUT when the address cannot be used. */
export async function startHttp(parts: HttpParts, host: string, port: number): Promise<HttpServer> {
  const apollo = await startApollo(parts.schema, parts.log);
  const { server, connections, turns } = openServer(parts);
  server.on('request', inTurn(takeTurns(turns, parts.authentication, createApp(parts, apollo, connections, turns))));
  const closeSubscriptions = serveSubscriptions({ ...parts, server, connections, turns, path: API });
  return {
    url: await listenAt(server, host, port, parts.basePath),
    async close() {
      await closeSubscriptions();
      await connections.close(CLOSING);
      await apollo.stop();
    },
  };
}

/** Starts the HTTP server of a process that answers no requests of users: it has only health, readiness and metrics. */
export async function startProbes(parts: ServerParts, host: string, port: number): Promise<HttpServer> {
  const { server, connections, turns } = openServer(parts);
  const app = openApp(parts);
  const routes = probeRoutes(parts);
  addRoutes(app, routes, [requireToken(parts.authentication), limitToken(parts.rateLimit, connections)]);
  app.use(answerOtherMethods(routes));
  app.use(({ method, path }, response) => {
    const message = `There is nothing at ${method} ${path}: this process only trains. It has ${routes.map((route) => route.path).join(', ')}.`;
    refuse(response, 404, new HubError('NOT_FOUND', message));
  });
  app.use(lastError(parts.log));
  server.on('request', inTurn(takeTurns(turns, parts.authentication, app)));
  return { url: await listenAt(server, host, port, parts.basePath), close: () => connections.close(CLOSING) };
}

interface OpenServer {
  readonly server: Server;
  readonly connections: Connections;
  readonly turns: Turns;
}

function openServer({ basePath, maxConnections }: ServerParts): OpenServer {
  const server = createServer();
  for (const event of ['request', 'upgrade']) server.on(event, withoutBasePath(basePath));
  return { server, connections: new Connections(server, maxConnections), turns: new Turns() };
}

/** @returns the address, with the base path. */
async function listenAt(server: Server, host: string, port: number, basePath: string): Promise<string> {
  await listen(server, host, port);
  const { family, address, port: taken } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}${basePath}`;
}

/** An app without a route. */
function openApp({ metrics }: ProbeParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(requestId, measure(metrics), helmet(), noStore);
  return app;
}

/** @param known handlers that find out who asks. */
function addRoutes(app: Express, routes: readonly Route[], known: readonly RequestHandler[]): void {
  for (const { method, path, needs, open, maxBody = BOUNDS.jsonBytes.value, answer } of routes) {
    const admit = needs === null ? [] : [...known, permit(needs)];
    const checks = admit.map((check) => unless(open, check));
    app[method](
      path,
      atRoute(path),
      ...checks,
      limitBody(() => maxBody),
      answer,
    );
  }
}

/** The app with every route. test/schema/permissions.ts lists the routes that need no token. */
export function createApp(
  parts: HttpParts,
  apollo: ApolloServer<Context>,
  connections: Connections,
  turns: Turns,
): Express {
  const { subscribed, authentication, rateLimit, metrics, page, basePath, temporary, log } = parts;
  const app = openApp(parts);
  app.use(INFERENCE, withErrorForm(inferenceError));
  const known = [requireToken(authentication), limitToken(rateLimit, connections)];
  const routes = routesOf({ ...parts, turns, unpacking: new FairLimit(1) });
  addRoutes(app, routes, known);
  const api = expressMiddleware(apollo, {
    async context({ res }) {
      const { caller, requestId } = res.locals as { caller: Caller; requestId: string };
      const gone = new AbortController();
      res.once('close', () => gone.abort());
      return contextOf(caller, requestId, gone.signal, subscribed);
    },
  });
  const parseJson = express.json({ limit: BOUNDS.jsonBytes.value });
  const graphql = [parseJson, takeTurn(turns), limitDocument, api];
  const playground = showPlayground(`${basePath}${API}`);
  app.use(`${API}/parts`, playground.parts);
  app.get(API, atRoute(API), ...playground.document, asGet, ...known, ...graphql);
  const form = multipart(metrics.uploads, temporary, parts.admitData);
  app.post(API, atRoute(API), ...known, limitBody(graphqlLimit), form, ...graphql);
  app.use(answerOtherMethods([...routes, { method: 'get', path: API }, { method: 'post', path: API }]));
  app.use(['/v1', INFERENCE], notFound);
  app.use(servePage(page, basePath));
  app.use(notFound);
  app.use(lastError(log));
  return app;
}

const notFound: RequestHandler = ({ method, baseUrl, path }, response) => {
  const message = `There is nothing at ${method} ${baseUrl}${path}. GraphQL is at ${API}; docs/api.md lists all routes.`;
  refuse(response, 404, new HubError('NOT_FOUND', message));
};

/** What is answered is for the caller alone. Static files have a rule of their own. */
const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('cache-control', 'no-store');
  next();
};

/** Apollo Server knows no HEAD. Node leaves out the body of its answer. */
const asGet: RequestHandler = (request, _response, next) => {
  request.method = 'GET';
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
