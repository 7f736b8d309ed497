import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { ErrorLink } from '@apollo/client/link/error';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { CloseCode, createClient } from 'graphql-ws';
import { BASE_PATH, HUB_URL } from '../lib/base-path';
import { hasCode } from '../lib/has-code';
import { connection, heard, lost } from './connection';
import { session, signOut } from './session';

export const ENDPOINT = `${BASE_PATH}/graphql`;
/** Milliseconds between two attempts to reach a hub that is down. */
const RETRY_EVERY = 1_000;
/** Whether the hub closed a WebSocket because it does not accept the token, or no longer. */
const isTokenRefused = (event: unknown): boolean => {
  const { code } = event as { code?: number };
  return code === CloseCode.Forbidden || code === CloseCode.Unauthorized;
};

export const authorization = (): string => `Bearer ${session().token}`;

/** Signs out, and forgets what the token has read. @param reason shown to the user. */
export function endSession(reason?: string): void {
  signOut(reason);
  void client.clearStore();
}

/** Ends the session once the hub no longer accepts its token. */
export function refuseSession(): void {
  endSession('This token is no longer valid: it was revoked, has expired, or belongs to another hub.');
}

export const sockets = createClient({
  url: () => `${HUB_URL.replace(/^http/, 'ws')}/graphql`,
  connectionParams: () => ({ authorization: authorization() }),
  lazy: true,
  keepAlive: 10_000,
  retryAttempts: Number.POSITIVE_INFINITY,
  retryWait: () => new Promise((resolve) => setTimeout(resolve, RETRY_EVERY)),
  shouldRetry: (problem) => !isTokenRefused(problem),
  on: {
    connected: () => {
      const wasLost = connection().state === 'lost';
      heard();
      // Changes made in between were not announced to this page.
      if (wasLost) void client.refetchQueries({ include: 'active' });
    },
    closed: (event) => {
      if (isTokenRefused(event)) refuseSession();
      else if (session().token) lost();
    },
  },
});

const errors = new ErrorLink(({ error }) => {
  if (hasCode(error, 'UNAUTHENTICATED')) refuseSession();
});

/** Reads the token for each request, since it may change while the page is open. */
const token = new ApolloLink((operation, forward) => {
  operation.setContext({ headers: { authorization: authorization() } });
  return forward(operation);
});

/** Context of a request that the browser sends even if the page is left or reloaded at once. */
export const OUTLIVES_PAGE = { fetchOptions: { keepalive: true } };

export const client = new ApolloClient({
  link: ApolloLink.split(
    ({ operationType }) => operationType === 'subscription',
    new GraphQLWsLink(sockets),
    ApolloLink.from([errors, token, new HttpLink({ uri: ENDPOINT })]),
  ),
  cache: new InMemoryCache({
    typePolicies: {
      // Objects without an ID that are part of another one.
      Recipe: { merge: true }, // never changes, so cached fields stay valid
      Samples: { merge: true },
    },
  }),
  defaultOptions: { watchQuery: { fetchPolicy: 'cache-and-network' } },
  // A refresh after a change must not share a request that was sent before it.
  queryDeduplication: false,
});
