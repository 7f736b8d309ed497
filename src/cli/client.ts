import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { print } from 'graphql';
import { HubError } from '../errors.js';
import { type Answer, dataOf, refusalOf } from './answer.js';
import type { TadaDocumentNode } from './graphql.js';

type Variables = Readonly<Record<string, unknown>>;

/** A typed request, or its text. */
export type Request<T, V> = TadaDocumentNode<T, V> | string;

/** Bytes sent so far. */
export type OnSent = (bytes: number) => void;

/** A file that is being downloaded. */
export interface Download {
  /** Of the hub, which name the file and its digest. */
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array>;
}

/** Status with which a hub sends a client to a bucket. */
const TEMPORARY_REDIRECT = 307;

/** GraphQL client of a hub. Errors that the hub reports arrive as a HubError with the same code and message. */
export class HubClient {
  readonly #url: string;

  constructor(
    url: string,
    private readonly token: string,
  ) {
    this.#url = url.replace(/\/+$/, '');
  }

  async request<T, V = Variables>(request: Request<T, V>, variables?: V): Promise<T> {
    const body = JSON.stringify({ query: textOf(request), variables });
    return this.#post<T>(body, { 'content-type': 'application/json' });
  }

  /** Uploads a file as a variable. @param place its path, for example `variables.image`; the variables have null there. */
  async upload<T, V = Variables>(
    request: Request<T, V>,
    place: string,
    file: File,
    variables: V,
    onSent?: OnSent,
  ): Promise<T> {
    const form = new FormData();
    form.append('operations', JSON.stringify({ query: textOf(request), variables }));
    form.append('map', JSON.stringify({ 0: [place] }));
    form.append('0', file);
    const encoded = new Response(form); // generates the boundary between the parts
    const type = encoded.headers.get('content-type') as string;
    const body = encoded.body as ReadableStream<Uint8Array>;
    return this.#post<T>(onSent ? counted(body, onSent) : body, {
      'content-type': type,
      'apollo-require-preflight': 'true',
    });
  }

  /** Events of a subscription, until it ends or the signal is aborted. */
  async *subscribe<T, V = Variables>(request: Request<T, V>, variables: V, signal?: AbortSignal): AsyncGenerator<T> {
    const { subscribe } = await import('./subscription.js'); // loaded on demand: most commands do not subscribe
    const subscription = { query: textOf(request), variables: variables as Record<string, unknown> };
    const answers = subscribe(this.#url, this.token, subscription, signal);
    for await (const answer of answers) yield dataOf(answer as Answer<T>);
  }

  /**
   * Downloads a path outside GraphQL. A hub whose blobs are in a bucket may send the client there, without its token.
   * @returns the headers of the hub, and the content. @throws the hub's error when it refuses.
   */
  async download(path: string): Promise<Download> {
    const response = await this.#fetch(path, { redirect: 'manual' }, {});
    const location = response.headers.get('location');
    if (response.status === TEMPORARY_REDIRECT && location) {
      return { headers: response.headers, body: await fromBucket(new URL(location, this.#url)) };
    }
    if (response.ok && response.body) return { headers: response.headers, body: response.body };
    throw refusalOf((await this.#answerOf(response)).errors ?? []);
  }

  async #post<T>(body: string | ReadableStream<Uint8Array>, headers: Record<string, string>): Promise<T> {
    // fetch requires `duplex` for a body that is a stream.
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
    return dataOf((await this.#answerOf(await this.#fetch('/graphql', init, headers))) as Answer<T>);
  }

  async #fetch(path: string, init: RequestInit, headers: Record<string, string>): Promise<Response> {
    const authorization = `Bearer ${this.token}`;
    return fetch(`${this.#url}${path}`, { ...init, headers: { ...headers, authorization } }).catch((error: Error) => {
      const { code, message = error.message } = (error.cause ?? {}) as { code?: string; message?: string };
      const remedy = 'start one with "hub start", or give its address with --url.';
      throw new HubError('HUB_UNREACHABLE', `No hub answers at ${this.#url} (${code ?? message}): ${remedy}`);
    });
  }

  async #answerOf(response: Response): Promise<Answer<unknown>> {
    return response.json().catch(() => {
      const message = `The server at ${this.#url} is not a hub (status ${response.status}): give the hub's address with --url.`;
      throw new HubError('HUB_UNREACHABLE', message);
    }) as Promise<Answer<unknown>>;
  }
}

/** @throws HUB_UNREACHABLE when this machine cannot reach the bucket, or it refuses. */
async function fromBucket(address: URL): Promise<ReadableStream<Uint8Array>> {
  const response = await fetch(address).catch(
    (error: Error) => (error.cause as Error | undefined)?.message ?? error.message,
  );
  if (typeof response !== 'string' && response.ok && response.body) return response.body;
  const why = typeof response === 'string' ? response : `status ${response.status}`;
  const message = `The hub's files are in a bucket at ${address.origin}, which does not answer (${why}). Let this machine reach it, or start the hub with --downloads hub.`;
  throw new HubError('HUB_UNREACHABLE', message);
}

/** Opens a file for upload, named by the last part of its path. @throws BAD_INPUT when it cannot be read. */
export async function openFile(path: string): Promise<File> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) {
    throw new HubError('BAD_INPUT', `${path} cannot be read: give the path of an existing file.`);
  }
  return new File([await openAsBlob(path)], basename(path));
}

function textOf<T, V>(request: Request<T, V>): string {
  return typeof request === 'string' ? request : print(request);
}

function counted(body: ReadableStream<Uint8Array>, onSent: OnSent): ReadableStream<Uint8Array> {
  let sent = 0;
  return body.pipeThrough(
    new TransformStream({
      transform(chunk, out) {
        sent += chunk.byteLength;
        onSent(sent);
        out.enqueue(chunk);
      },
    }),
  );
}
