import { once } from 'node:events';
import got, { type BeforeRedirectHook, HTTPError } from 'got';
import { HubError } from '../errors.js';
import { messageOf } from './proxy.js';
import { agentsFor, privateAddress, type ReachOptions } from './reach.js';

/** The answer of an address: its content as it arrives, and the size that it states. */
export interface Fetched {
  readonly content: AsyncIterable<Uint8Array>;
  readonly bytes: number | null;
}

export type Fetch = (url: string, signal: AbortSignal) => Promise<Fetched>;

export interface FetchOptions extends ReachOptions {
  /** Maximum size of a file, in bytes. */
  readonly limit: number;
}

/** Milliseconds without a byte from the server after which a request fails. */
export const SILENCE = 20_000;
const MOST_REDIRECTS = 5;

/**
 * Fetches files from other servers for requests that name them. The IP address of a host is checked on connection, also
 * after redirects, so that clients cannot use the hub to reach servers that they cannot reach themselves.
 * Its errors are BAD_INPUT or LIMIT_EXCEEDED, and reveal no more of an address than the client gave.
 */
export function createFetch({ limit, ...reach }: FetchOptions): Fetch {
  const route = (url: string) => agentsFor(requireHttps(url), reach);
  const redirect: BeforeRedirectHook = (options) => {
    options.agent = route(String(options.url));
  };
  return async (url, signal) => {
    const stream = got.stream(url, {
      agent: route(url),
      signal,
      decompress: false, // an archive is its own compression
      maxRedirects: MOST_REDIRECTS,
      retry: { limit: 0 }, // the content is streamed on, so only the client can begin again
      timeout: { lookup: SILENCE, connect: SILENCE, secureConnect: SILENCE, socket: SILENCE, response: SILENCE },
      hooks: { beforeRedirect: [redirect] },
    });
    stream.on('error', () => undefined); // it may fail before its content is read, which then throws
    try {
      const [response] = (await once(stream, 'response')) as [{ headers: { 'content-length'?: string } }];
      const stated = response.headers['content-length'];
      const bytes = stated === undefined ? null : Number(stated);
      if (bytes !== null) checkLimit(bytes, limit);
      return { content: limited(stream as AsyncIterable<Uint8Array>, limit, signal), bytes };
    } catch (error) {
      stream.destroy();
      throw toHubError(error, signal);
    }
  };
}

async function* limited(
  content: AsyncIterable<Uint8Array>,
  limit: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of content) {
      bytes += chunk.length;
      checkLimit(bytes, limit);
      yield chunk;
    }
  } catch (error) {
    throw toHubError(error, signal);
  }
}

/** Parses an https address. @throws BAD_INPUT. */
export function requireHttps(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'https:') return parsed;
  throw new HubError('BAD_INPUT', 'Only https addresses are used.', { received: url.slice(0, 200) });
}

function checkLimit(bytes: number, limit: number): void {
  if (bytes <= limit) return;
  const message = `The address sends ${bytes} bytes or more; the limit of one archive is ${limit}.`;
  throw new HubError('LIMIT_EXCEEDED', message, { limit, received: bytes });
}

/** The error of a failed request, for the client; after an abort, its reason. */
export function toHubError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const cause = error instanceof Error && error.cause instanceof HubError ? error.cause : error;
  if (cause instanceof HubError || !(cause instanceof Error)) return cause;
  if (cause instanceof HTTPError) {
    return new HubError('BAD_INPUT', `The address answers with status ${cause.response.statusCode}.`);
  }
  if (/is not allowed/.test(cause.message)) return privateAddress();
  return new HubError('BAD_INPUT', `The address cannot be reached: ${messageOf(cause)}.`);
}
