import { once } from 'node:events';
import got, { type Agents, HTTPError } from 'got';
import { RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { HubError } from '../errors.js';

/** The answer of an address: its content as it arrives, and the size that it states. */
export interface Fetched {
  readonly content: AsyncIterable<Uint8Array>;
  readonly bytes: number | null;
}

export type Fetch = (url: string, signal: AbortSignal) => Promise<Fetched>;

/** The addresses that the hub may connect to on behalf of clients. */
export interface ReachOptions {
  /** Whether addresses of this machine and of private networks are allowed. */
  readonly allowPrivate: boolean;
  /** Certificates to trust in addition to the system's, as PEM. */
  readonly ca?: string | undefined;
}

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
export function createFetch({ limit, allowPrivate, ca }: FetchOptions): Fetch {
  const agent = filteringAgent({ allowPrivate, ca });
  return async (url, signal) => {
    requireHttps(url);
    const stream = got.stream(url, {
      agent,
      signal,
      decompress: false, // an archive is its own compression
      maxRedirects: MOST_REDIRECTS,
      retry: { limit: 0 }, // the content is streamed on, so only the client can begin again
      timeout: { lookup: SILENCE, connect: SILENCE, secureConnect: SILENCE, socket: SILENCE, response: SILENCE },
      hooks: { beforeRedirect: [(options) => requireHttps(String(options.url))] },
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

/** Connects to public addresses only, unless private ones are allowed. Names are checked at each connection. */
export function filteringAgent({ allowPrivate, ca }: ReachOptions): Agents {
  return { https: new RequestFilteringHttpsAgent({ allowPrivateIPAddress: allowPrivate, ...(ca ? { ca } : {}) }) };
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

/** @throws BAD_INPUT. */
export function requireHttps(url: string): void {
  if (URL.canParse(url) && new URL(url).protocol === 'https:') return;
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
  if (/is not allowed/.test(cause.message)) {
    const message = 'The address leads into a private network: start the hub with --allow-private-urls to reach it.';
    return new HubError('BAD_INPUT', message);
  }
  return new HubError('BAD_INPUT', `The address cannot be reached: ${cause.message}.`);
}
