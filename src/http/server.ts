import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import type { GraphQLSchema } from 'graphql';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { HubError } from '../errors.js';
import type { Context, Subscribed } from '../schema/context.js';
import { type Authenticate, requireToken } from './authentication.js';
import { startApollo } from './graphql.js';
import { multipart } from './multipart.js';
import { servePage } from './page.js';
import { refuse } from './refuse.js';
import { serveSubscriptions } from './subscriptions.js';

/** Path of the API, of its subscriptions and of the page to try requests. */
const API = '/graphql';
/** Bytes of a JSON body. */
const JSON_BYTES = 1024 ** 2;

export interface HttpParts {
  readonly schema: GraphQLSchema;
  readonly subscribed: Subscribed;
  readonly authenticate: Authenticate;
  /** Whether everything that should serve is loaded. */
  readonly isReady: () => boolean;
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
  const { schema, subscribed, authenticate, isReady, page, log } = parts;
  const apollo = await startApollo(schema, log);
  const app = express();
  app.disable('x-powered-by');
  app.use(requestId);
  app.get('/health', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/ready', (_request, response) => {
    const ready = isReady();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'starting' });
  });
  app.get(API, playgroundPolicy, async (_request, response) => {
    const { renderPlayground } = await import('./playground.js'); // 9 MB that a start does without
    response.type('html').send(renderPlayground(API));
  });
  const api = expressMiddleware(apollo, {
    context: async ({ res }): Promise<Context> => {
      return { requestId: res.locals.requestId, actor: res.locals.actor, ...subscribed };
    },
  });
  app.use(API, helmet(), requireToken(authenticate), multipart(), express.json({ limit: JSON_BYTES }), api);
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

/** The page carries its own scripts and styles in itself and talks to this hub alone. */
const playgroundPolicy = helmet({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'", "'unsafe-inline'", "'unsafe-eval'", 'blob:'],
      styleSrc: ["'self'", "'unsafe-inline'"],
      fontSrc: ["'self'", 'data:'],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'", 'ws:', 'wss:'],
      workerSrc: ["'self'", 'blob:'],
      upgradeInsecureRequests: null,
    },
  },
});

/** What Express's own parts refuse, and what nobody caught. */
function lastError(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
    if (status >= 400 && status < 500) {
      return refuse(response, status, new HubError('BAD_INPUT', (error as Error).message, { limit: JSON_BYTES }));
    }
    const requestId = response.locals.requestId as string;
    log.error({ err: error, requestId }, 'request failed');
    const message = "The hub failed to answer this request. The hub's log says why, under the request id.";
    response.status(500).json({ errors: [{ message, extensions: { code: 'INTERNAL', requestId } }] });
  };
}

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
