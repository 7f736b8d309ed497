import { CloseCode, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { HubError } from '../errors.js';
import { refusalOf } from './answer.js';

/** Codes of a WebSocket that the hub closes because of the token: not known at all, or not any more. */
const TOKEN_REFUSED: readonly number[] = [CloseCode.Forbidden, CloseCode.Unauthorized];

interface Subscription {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** Every answer to a subscription, until it ends or the signal comes. */
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
    throw Array.isArray(error) ? refusalOf(error) : closed(url, error); // what is refused ends with its errors
  } finally {
    signal?.removeEventListener('abort', stop);
    await client.dispose();
  }
}

function closed(url: string, event: unknown): HubError {
  if (isClosed(event) && TOKEN_REFUSED.includes(event.code)) {
    return new HubError('UNAUTHENTICATED', 'The token is not known to this hub, or not any more.');
  }
  return new HubError('HUB_UNREACHABLE', `The connection to the hub at ${url} is lost: look whether it runs.`);
}

function isClosed(event: unknown): event is { readonly code: number } {
  return typeof (event as { code?: unknown }).code === 'number'; // the system's errors have names there
}
