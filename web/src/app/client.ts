import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { ErrorLink } from '@apollo/client/link/error';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { CloseCode, createClient } from 'graphql-ws';
import { connection, heard, lost } from './connection';
import { session, signOut } from './session';

export const ENDPOINT = '/graphql';
/** Milliseconds between two tries to reach a hub that is down. */
const RETRY_EVERY = 1_000;
/** Whether the hub has closed a WebSocket because of the token: it is not known at all, or not any more. */
const isTokenRefused = (event: unknown): boolean => {
  const { code } = event as { code?: number };
  return code === CloseCode.Forbidden || code === CloseCode.Unauthorized;
};

export const authorization = (): string => `Bearer ${session().token}`;

/** Ends the session when the hub no longer knows its token. */
export function endSession(): void {
  signOut('The hub does not know this token any more: it was revoked, has expired, or belongs to another hub.');
}

export const sockets = createClient({
  url: () => `${location.origin.replace(/^http/, 'ws')}${ENDPOINT}`,
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
      if (isTokenRefused(event)) endSession();
      else if (session().token) lost();
    },
  },
});

const errors = new ErrorLink(({ error }) => {
  if (
    CombinedGraphQLErrors.is(error) &&
    error.errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')
  ) {
    endSession();
  }
});

/** The token may change while the page is open, so it is read for each request. */
const token = new ApolloLink((operation, forward) => {
  operation.setContext({ headers: { authorization: authorization() } });
  return forward(operation);
});

export const client = new ApolloClient({
  link: ApolloLink.split(
    ({ operationType }) => operationType === 'subscription',
    new GraphQLWsLink(sockets),
    ApolloLink.from([errors, token, new HttpLink({ uri: ENDPOINT })]),
  ),
  cache: new InMemoryCache({
    typePolicies: {
      // Parts of what they stand in, without an id of their own.
      Dataset: { keyFields: ['name'] },
      Model: { keyFields: ['name'] },
      Recipe: { merge: true }, // never changes, so what was asked before still holds
      Samples: { merge: true },
    },
  }),
  defaultOptions: { watchQuery: { fetchPolicy: 'cache-and-network' } },
});
