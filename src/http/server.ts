import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type RequestHandler } from 'express';
import type { GraphQLSchema } from 'graphql';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { HubError } from '../errors.js';
import type { Context, Subscribed } from '../schema/context.js';
import { type Authenticate, requireToken } from './authentication.js';
import { startApollo } from './graphql.js';
import { INFERENCE, inferenceError } from './inference/routes.js';
import { lastError } from './last-error.js';
import { atRoute, measure } from './metrics.js';
import { multipart } from './multipart.js';
import { servePage } from './page.js';
import { refuse, withErrorForm } from './refuse.js';
import { API, isOpen, type RouteParts, routesOf } from './routes.js';
import { serveSubscriptions } from './subscriptions.js';

/** Bytes of a JSON body. */
const JSON_BYTES = 1024 ** 2;

export interface HttpParts extends RouteParts {
  readonly schema: GraphQLSchema;
  readonly subscribed: Subscribed;
  readonly authenticate: Authenticate;
  /** Folder of the built page. */
  readonly page: string;
  readonly log: Logger;
}

export interface HttpServer {
  /** Where it listens, for example http://127.0.0.1:4000. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the HTTP server. @throws CONFLICT when the port is taken. */
export async function startHttp(parts: HttpParts, host: string, port: number): Promise<HttpServer> {
  const { schema, subscribed, authenticate, metrics, page, log } = parts;
  const apollo = await startApollo(schema, log);
  const app = express();
  app.disable('x-powered-by');
  app.use(requestId, measure(metrics));
  app.use(INFERENCE, withErrorForm(inferenceError));
  const admit = requireToken(authenticate);
  for (const route of routesOf(parts)) {
    const admitted: RequestHandler = (request, response, next) => {
      return isOpen(route, request) ? next() : admit(request, response, next);
    };
    app[route.method](route.path, atRoute(route.path), helmet(), admitted, route.answer);
  }
  const api = expressMiddleware(apollo, {
    context: async ({ res }): Promise<Context> => {
      return { requestId: res.locals.requestId, actor: res.locals.actor, ...subscribed };
    },
  });
  const parseBody = [multipart(metrics.uploads), express.json({ limit: JSON_BYTES })];
  app.use(API, atRoute(API), helmet(), admit, ...parseBody, api);
  app.use(servePage(page));
  app.use((_request, response) => refuse(response, 404, new HubError('NOT_FOUND', `The API is at ${API}.`)));
  app.use(lastError(log));

  const server = createServer(app);
  const closeSubscriptions = serveSubscriptions({ server, path: API, schema, authenticate, subscribed, log });
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shown}:${address.port}`,
    async close() {
      await closeSubscriptions();
      server.closeIdleConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        setTimeout(() => server.closeAllConnections(), 5000).unref();
      });
      await apollo.stop();
    },
  };
}

/** Gives every request a number that its answer and the log name. */
const requestId: RequestHandler = (_request, response, next) => {
  const id = randomUUID();
  response.locals.requestId = id;
  response.setHeader('x-request-id', id);
  next();
};

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken
          ? new HubError('CONFLICT', `Port ${port} of ${host} is taken: choose another with --port.`, { host, port })
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}
