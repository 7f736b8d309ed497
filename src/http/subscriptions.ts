import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema, parse, specifiedRules, validate } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import type { Context, Subscribed } from '../schema/context.js';
import { formatError, internalCause } from '../schema/errors.js';
import { type Authenticate, bearerToken } from './authentication.js';
import { checkCost, depthRule } from './query-limits.js';

/** Bytes of one message of a client. */
const MESSAGE_BYTES = 100_000;

/**
 * Subscriptions over WebSocket (graphql-transport-ws) at the path of the API. The token comes as `authorization` in
 * the connection's parameters, since browsers cannot set headers here.
 * @returns how to close all connections.
 */
export function serveSubscriptions(options: {
  readonly server: Server;
  readonly path: string;
  readonly schema: GraphQLSchema;
  readonly authenticate: Authenticate;
  readonly subscribed: Subscribed;
  readonly log: Logger;
}): () => Promise<void> {
  const { server, path, schema, authenticate, subscribed, log } = options;
  const sockets = new WebSocketServer({ server, path, maxPayload: MESSAGE_BYTES });
  const served = useServer<Record<string, unknown>, { actor?: string }>(
    {
      schema,
      validate: (checked, document) => validate(checked, document, [...specifiedRules, depthRule]),
      async onConnect({ connectionParams, extra }) {
        const actor = await authenticate(bearerToken(connectionParams?.authorization)).catch(() => undefined);
        if (actor === undefined) return false; // closes with 4403 Forbidden
        extra.actor = actor;
        return true;
      },
      context: ({ extra }): Context => ({ requestId: randomUUID(), actor: extra.actor as string, ...subscribed }),
      onSubscribe(_context, _id, { query, variables, operationName }) {
        try {
          checkCost(schema, { query: parse(query), variables, operationName });
        } catch (error) {
          // What cannot be parsed is refused in the next step, in GraphQL's words.
          if (error instanceof GraphQLError && error.originalError) return [error];
        }
      },
      onError: (_context, _id, _payload, errors) => errors.map(masked),
      onNext(_context, _id, _payload, { contextValue }, { data = null, errors }) {
        const { requestId } = contextValue as Context;
        for (const error of errors ?? []) {
          const err = internalCause(error);
          if (err) log.error({ err, requestId }, 'subscription failed');
        }
        return errors && { data, errors: errors.map(masked) };
      },
    },
    sockets,
  );
  return async () => {
    await served.dispose();
  };
}

function masked(error: GraphQLError): GraphQLFormattedError {
  return formatError(error.toJSON(), error);
}
