import { CloseCode, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { HubError } from '../errors.js';
import { refusalOf } from './answer.js';

/** Close codes of a WebSocket for a token that is unknown or revoked. */
const TOKEN_REFUSED: readonly number[] = [CloseCode.Forbidden, CloseCode.Unauthorized];

interface Subscription {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** Answers to a subscription, until it ends or the signal is aborted. */
export async function* subscribe(
  url: string,
  token: string,
  subscription: Subscription,
  signal?: AbortSignal,
): AsyncGenerator<unknown> {
  if (signal?.aborted) return;
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    shouldRetry: (event) => isClosed(event) && !TOKEN_REFUSED.includes(event.code),
  });
  const stop = (): void => void client.dispose();
  signal?.addEventListener('abort', stop);
  try {
    yield* client.iterate(subscription);
  } catch (error) {
    throw Array.isArray(error) ? refusalOf(error) : closed(url, error); // a refused subscription ends with its errors
  } finally {
    signal?.removeEventListener('abort', stop);
    await client.dispose();
  }
}

function closed(url: string, event: unknown): HubError {
  if (isClosed(event) && TOKEN_REFUSED.includes(event.code)) {
    return new HubError('UNAUTHENTICATED', 'This hub does not accept the access token: it is unknown or revoked.');
  }
  return new HubError('HUB_UNREACHABLE', `The connection to the hub at ${url} is lost: check that it is running.`);
}

function isClosed(event: unknown): event is { readonly code: number } {
  return typeof (event as { code?: unknown }).code === 'number'; // system errors have a text as code
}
