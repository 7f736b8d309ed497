import type { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type Express, type RequestHandler } from 'express';
import type { GraphQLSchema } from 'graphql';
import type { Caller } from '../domain/caller.js';
import { HubError } from '../errors.js';
import { FairLimit } from '../fair-limit.js';
import { BOUNDS } from '../limits.js';
import { type Context, contextOf, type SubscriptionSources } from '../schema/context.js';
import { limitToken, requireToken, takeTurn, takeTurns } from './authentication.js';
import { graphqlLimit, limitBody } from './body-length.js';
import type { Connections } from './connections.js';
import { limitDocument, startApollo } from './graphql.js';
import { inTurn } from './in-turn.js';
import { INFERENCE } from './inference/routes.js';
import { lastError } from './last-error.js';
import { atRoute } from './metrics.js';
import { multipart } from './multipart.js';
import { addRoutes, CLOSING, type HttpServer, listenAt, openApp, openServer, type ServerParts } from './open-server.js';
import { withDescription } from './openapi/routes.js';
import { answerOtherMethods } from './other-methods.js';
import { servePage } from './page.js';
import { refuse } from './refuse.js';
import { API, type RouteParts, routesOf } from './routes.js';
import { showPlayground } from './show-playground.js';
import { serveSubscriptions } from './subscriptions.js';
import { traceOperation } from './trace-graphql.js';

export interface HttpParts extends Omit<RouteParts, 'unpacking'>, ServerParts {
  readonly schema: GraphQLSchema;
  readonly subscribed: SubscriptionSources;
  /** Folder of the built page. */
  readonly page: string;
  /** Folder for uploads that are arriving. */
  readonly temporary: string;
  /** Rejects when the data folder may not grow. */
  readonly admitData: () => Promise<void>;
}

/** Starts the HTTP server of a process that answers requests of users. @throws CONFLICT when the port is taken, BAD_INPUT when the address cannot be used. */
export async function startHttp(parts: HttpParts, host: string, port: number): Promise<HttpServer> {
  const apollo = await startApollo(parts.schema, parts.log, parts.tracing);
  const { server, connections } = openServer(parts);
  server.on('request', inTurn(takeTurns(parts.turns, parts.authentication, createApp(parts, apollo, connections))));
  const closeSubscriptions = serveSubscriptions({ ...parts, server, connections, path: API });
  return {
    url: await listenAt(server, host, port, parts.basePath),
    async close() {
      await closeSubscriptions();
      await connections.close(CLOSING);
      await apollo.stop();
    },
  };
}

/** The app with every route. test/schema/permissions.ts lists the routes that need no token. */
export function createApp(parts: HttpParts, apollo: ApolloServer<Context>, connections: Connections): Express {
  const { turns, subscribed, authentication, rateLimit, metrics, page, basePath, temporary, log, tracing } = parts;
  const app = openApp(parts);
  const known = [requireToken(authentication), limitToken(rateLimit, connections)];
  const routes = withDescription(routesOf({ ...parts, unpacking: new FairLimit(1) }), basePath);
  addRoutes(app, routes, known, tracing);
  const api = expressMiddleware(apollo, {
    async context({ res }) {
      const { caller, requestId } = res.locals as { caller: Caller; requestId: string };
      const gone = new AbortController();
      res.once('close', () => gone.abort());
      return contextOf(caller, requestId, gone.signal, subscribed);
    },
  });
  const parseJson = express.json({ limit: BOUNDS.jsonBytes.value });
  const graphql = [parseJson, takeTurn(turns), ...traceOperation(tracing), limitDocument, api];
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

/** Apollo Server knows no HEAD. Node leaves out the body of its answer. */
const asGet: RequestHandler = (request, _response, next) => {
  request.method = 'GET';
  next();
};
