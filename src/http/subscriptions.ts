import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema, specifiedRules, validate } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { WebSocket, WebSocketServer } from 'ws';
import type { Authentication, Caller } from '../domain/caller.js';
import type { RateLimit } from '../domain/quota/rate-limit.js';
import { HubError, toHubError } from '../errors.js';
import { BOUNDS } from '../limits.js';
import { type Context, contextOf, type SubscriptionSources } from '../schema/context.js';
import { formatError, internalCause } from '../schema/errors.js';
import { connectionToken } from './connection-token.js';
import type { Connections } from './connections.js';
import { parseDocument } from './document-size.js';
import { checkCost, depthRule } from './query-cost.js';
import { SubscriptionShares } from './subscription-shares.js';
import { watchToken } from './token-watch.js';
import type { Turns } from './turns.js';

/** Most bytes of the reason for closing a WebSocket (RFC 6455, section 5.5). */
const REASON_BYTES = 123;

/** State of an open connection. */
type Known = {
  caller: Caller;
  stopWatching: () => void;
  operations: Map<string, AbortController>;
  /** Subscriptions that were refused. */
  refused: number;
};

/**
 * Subscriptions over WebSocket (graphql-transport-ws) at the path of the API. `connectionToken` says where the token
 * may be; a connection without a valid one is closed with the reason. A connection ends when its token is revoked or
 * expires.
 * @returns a function that closes all connections.
 */
export function serveSubscriptions(options: {
  readonly server: Server;
  readonly connections: Connections;
  readonly turns: Turns;
  readonly path: string;
  readonly schema: GraphQLSchema;
  readonly authentication: Authentication;
  readonly rateLimit: RateLimit;
  readonly subscribed: SubscriptionSources;
  readonly log: Logger;
}): () => Promise<void> {
  const { server, connections, turns, path, schema, authentication, rateLimit, subscribed, log } = options;
  // Without the server, whose errors it would report as its own.
  const sockets = new WebSocketServer({
    noServer: true,
    path,
    maxPayload: BOUNDS.message.value,
    allowSynchronousEvents: false, // messages that arrive together are read one in each round of the event loop
  });
  const strangers = new Set<WebSocket>();
  const shares = new SubscriptionShares();
  server.on('upgrade', (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, (socket) => {
      sockets.emit('connection', socket, request);
      strangers.add(socket);
      socket.once('close', () => strangers.delete(socket));
      const [oldest] = strangers;
      if (strangers.size > BOUNDS.strangers.value) oldest?.terminate();
    });
  });
  const served = useServer<Record<string, unknown>, Known>(
    {
      schema,
      validate: (checked, document) => validate(checked, document, [...specifiedRules, depthRule]),
      async onConnect(context) {
        const { connectionParams, extra } = context;
        const { socket, request } = extra;
        try {
          const token = connectionToken(connectionParams, request);
          const caller = await authentication.authenticate(token);
          if (socket.readyState !== WebSocket.OPEN) return false;
          shares.open(caller.tokenId, context);
          strangers.delete(socket);
          connections.belongs(request.socket, caller.tokenId);
          extra.caller = caller;
          extra.operations = new Map();
          extra.stopWatching = watchToken(authentication, token, caller, () => {
            socket.close(CloseCode.Unauthorized, 'Unauthorized'); // ends all its subscriptions
          });
          return true;
        } catch (error) {
          if (error instanceof HubError) socket.close(closeCode(error), closeReason(error.message));
          else {
            const failure = toHubError(error);
            if (failure instanceof HubError) {
              socket.close(CloseCode.InternalServerError, closeReason(failure.message));
              return false;
            }
            log.error({ err: error }, 'subscription failed');
            socket.close(CloseCode.InternalServerError, 'The hub failed to check the token. Its log has the reason.');
          }
          return false;
        }
      },
      onClose(context) {
        const { caller, stopWatching, operations } = context.extra;
        stopWatching?.();
        for (const ended of operations?.values() ?? []) ended.abort();
        if (caller) shares.close(caller.tokenId, context);
      },
      context({ extra: { caller, operations } }, id): Context {
        const ended = new AbortController();
        operations?.set(id, ended);
        return contextOf(caller as Caller, randomUUID(), ended.signal, subscribed);
      },
      onComplete({ extra: { operations } }, id) {
        operations?.get(id)?.abort();
        operations?.delete(id);
      },
      async onSubscribe(context, _id, { query, variables, operationName }) {
        const { tokenId } = context.extra.caller as Caller;
        try {
          await rateLimit.count(tokenId);
          await turns.run(tokenId, () => {
            shares.begin(tokenId, context);
            checkCost(schema, { query: parseDocument(query), variables, operationName });
          });
        } catch (error) {
          if (error instanceof GraphQLError) return [error]; // also a syntax error, which would close the socket
          if (error instanceof HubError) {
            context.extra.refused = (context.extra.refused ?? 0) + 1;
            if (context.extra.refused > BOUNDS.refusedSubscriptions.value) context.extra.socket.terminate();
            return [new GraphQLError(error.message, { originalError: error })];
          }
          throw error;
        }
      },
      onError: (_context, _id, _payload, errors) => errors.map(masked),
      onNext({ extra }, _id, _payload, { contextValue }, { data = null, errors }) {
        if (extra.socket.bufferedAmount > BOUNDS.unsent.value) extra.socket.terminate();
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

/** `Try again later` (RFC 6455 registry) when a limit is reached. */
const closeCode = ({ code }: HubError): number => (code === 'LIMIT_EXCEEDED' ? 1013 : CloseCode.Forbidden);

/** The first sentence of a message, cut after a whole character where it is still too long. */
function closeReason(message: string): string {
  const [sentence = message] = message.split(/(?<=\.) /);
  return new TextDecoder().decode(Buffer.from(sentence).subarray(0, REASON_BYTES), { stream: true });
}

function masked(error: GraphQLError): GraphQLFormattedError {
  return formatError(error.toJSON(), error);
}
