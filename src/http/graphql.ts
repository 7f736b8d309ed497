import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import type { RequestHandler } from 'express';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { HubError } from '../errors.js';
import type { Context } from '../schema/context.js';
import { formatError, internalCause } from '../schema/errors.js';
import type { Tracing } from '../tracing/tracing.js';
import { PARSE_OPTIONS, parseDocument } from './document-size.js';
import { checkCost, depthRule } from './query-cost.js';
import { refuse } from './refuse.js';
import { nameOperation, traceFields } from './trace-graphql.js';

const OVER_WEBSOCKET = 'Subscriptions need WebSocket (graphql-transport-ws), at the same path.';
const BAD_REQUEST = { code: 'BAD_REQUEST', http: { status: 400 } };

/** Refuses a document that is too large before Apollo Server validates it. Apollo answers what cannot be parsed. */
export const limitDocument: RequestHandler = (request, response, next) => {
  const { query } = (request.method === 'GET' ? request.query : (request.body ?? {})) as { query?: unknown };
  try {
    if (typeof query === 'string') parseDocument(query);
  } catch (error) {
    if (error instanceof HubError) return refuse(response, 400, error);
    // Apollo Server says what is wrong with a document that cannot be parsed.
  }
  next();
};

/** Starts Apollo Server with the hub's schema. */
export async function startApollo(
  schema: GraphQLSchema,
  log: Logger,
  tracing?: Tracing,
): Promise<ApolloServer<Context>> {
  traceFields(schema, tracing);
  const limitAndLog: ApolloServerPlugin<Context> = {
    async requestDidStart({ contextValue: { requestId } }) {
      return {
        async didResolveOperation({ request: { variables, operationName }, document, operation }) {
          if (operation?.operation === 'subscription')
            throw new GraphQLError(OVER_WEBSOCKET, { extensions: BAD_REQUEST });
          checkCost(schema, { query: document, variables, operationName });
        },
        async didEncounterErrors({ errors }) {
          for (const error of errors) {
            const err = internalCause(error);
            if (err) log.error({ err, requestId }, 'request failed');
          }
        },
        async willSendResponse({ response: { http, body } }) {
          if (body.kind !== 'single') return;
          for (const { extensions = {} } of body.singleResult.errors ?? []) {
            // Status and headers that proxies and clients act on before they read the answer.
            if (extensions.code === 'DEADLINE_EXCEEDED') http.status = 504;
            if (typeof extensions.retryAfter !== 'number') continue;
            http.status = extensions.code === 'DATABASE_UNAVAILABLE' ? 503 : 429;
            http.headers.set('retry-after', String(extensions.retryAfter));
          }
        },
      };
    },
  };
  const apollo = new ApolloServer<Context>({
    schema,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    introspection: true, // every caller has a token, and the playground needs it
    validationRules: [depthRule],
    parseOptions: PARSE_OPTIONS,
    persistedQueries: false,
    plugins: [limitAndLog, noLandingPage, ...nameOperation(tracing)],
    stopOnTerminationSignals: false, // the composition decides the order of shutting down
    includeStacktraceInErrorResponses: false,
    formatError,
  });
  await apollo.start();
  return apollo;
}

/** Replaces Apollo's landing page, which loads its parts from another host, with the hub's playground. */
const noLandingPage: ApolloServerPlugin = {
  async serverWillStart() {
    return {
      async renderLandingPage() {
        return { html: '' };
      },
    };
  },
};
