import { CloseCode, createClient } from 'graphql-ws';
import { type GraphQLFailure, HubError, toHubError } from './hub-error.js';
import {
  ClassifyDocument,
  type ClassifyMutation,
  IngestionProgressDocument,
  type IngestionProgressSubscription,
  RegisterDatasetVersionDocument,
  type RegisterDatasetVersionInput,
  type RegisterDatasetVersionMutation,
  RunEventsDocument,
  type RunEventsSubscription,
  type TypedDocumentString,
} from './operations.js';
import { encode } from './upload-form.js';

export interface HubClientOptions {
  /** Address of the hub, with its path behind a proxy, for example http://127.0.0.1:4000 or https://example.com/hub. */
  readonly url: string;
  readonly token: string;
  /** Attempts after the first one while the hub answers 429. Default: 4. */
  readonly retries?: number;
  /** Most seconds to wait for an attempt; if the hub asks for more, the request fails at once. Default: 60. */
  readonly maxWait?: number;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

interface ClassifyOptions extends RequestOptions {
  readonly model: string;
  /** Default: production. */
  readonly alias?: string;
  /** Number of a version, in place of an alias. */
  readonly version?: number;
  /** Classes to list. Default: 5. */
  readonly topK?: number;
}

interface RegisterOptions extends RequestOptions {
  readonly onProgress?: (progress: IngestionProgressSubscription['ingestionProgress']) => void;
}

interface FollowOptions extends RequestOptions {
  /** Number of the last event that you have. Default: 0, all events. */
  readonly after?: number;
}

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly GraphQLFailure[];
}

const TOO_MANY_REQUESTS = 429;
/** Seconds to wait where an answer with 429 does not say. */
const SHORT_WAIT = 1;
/** Close codes of a WebSocket for a token that is unknown or revoked. */
const TOKEN_REFUSED: readonly number[] = [CloseCode.Forbidden, CloseCode.Unauthorized];

/**
 * Client of a hub. Every method throws a HubError with the code and the message of the hub; requests that the hub refuses with
 * 429 are sent again after the seconds that it names.
 */
export class HubClient {
  readonly #url: string;
  readonly #token: string;
  readonly #retries: number;
  readonly #maxWait: number;

  constructor({ url, token, retries = 4, maxWait = 60 }: HubClientOptions) {
    this.#url = url.replace(/\/+$/, '');
    this.#token = token;
    this.#retries = retries;
    this.#maxWait = maxWait;
  }

  /** Sends a query or mutation. Blobs and Files in the variables are uploaded. */
  async request<T, V>(document: TypedDocumentString<T, V>, variables: V, options: RequestOptions = {}): Promise<T> {
    const { body, headers } = encode(String(document), variables);
    const response = await this.#send({ method: 'POST', body, headers, ...options });
    const requestId = response.headers.get('x-request-id');
    const answer = (await response.json().catch(() => null)) as Answer<T> | null;
    if (answer?.errors?.length) throw toHubError(answer.errors, requestId);
    if (answer?.data) return answer.data;
    throw new HubError('HUB_UNREACHABLE', `${this.#url} is not a hub: it answers with status ${response.status}.`);
  }

  /** Answers of a subscription, until it ends or the signal is aborted. A lost connection is made again, and begins anew. */
  async *subscribe<T, V>(
    document: TypedDocumentString<T, V>,
    variables: V,
    { signal }: RequestOptions = {},
  ): AsyncGenerator<T> {
    if (signal?.aborted) return;
    const client = createClient({
      url: `${this.#url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: globalThis.WebSocket ?? (await import('ws')).WebSocket, // Node 20 has none
      connectionParams: { authorization: `Bearer ${this.#token}` },
      shouldRetry: (event) => isClosed(event) && !TOKEN_REFUSED.includes(event.code),
    });
    const stop = (): void => void client.dispose();
    signal?.addEventListener('abort', stop);
    try {
      const query = { query: String(document), variables: variables as Record<string, unknown> };
      for await (const { data, errors } of client.iterate<T>(query)) {
        if (errors?.length) throw toHubError(errors, null);
        if (data) yield data;
      }
    } catch (error) {
      throw this.#subscriptionError(error);
    } finally {
      signal?.removeEventListener('abort', stop);
      await client.dispose();
    }
  }

  /** Classifies a photo: a Blob, or a File of `fs.openAsBlob`. */
  async classify(photo: Blob, options: ClassifyOptions): Promise<ClassifyMutation['classify']> {
    const { signal, ...target } = options;
    const { classify } = await this.request(ClassifyDocument, { image: photo, ...target }, signal ? { signal } : {});
    return classify;
  }

  /**
   * Uploads an archive (zip, tar, tar.gz or tar.zst) of images in class folders, and registers it as a version of a dataset.
   */
  async registerArchive(
    archive: Blob,
    input: Omit<RegisterDatasetVersionInput, 'upload' | 'path' | 'url' | 'progressKey'>,
    { onProgress, ...options }: RegisterOptions = {},
  ): Promise<RegisterDatasetVersionMutation['registerDatasetVersion']> {
    const progressKey = crypto.randomUUID();
    const ended = new AbortController();
    const events = this.subscribe(IngestionProgressDocument, { progressKey }, { signal: ended.signal });
    if (onProgress) await events.next(); // the hub tells of the registration from here on
    const shown = onProgress && errorOf(each(events, ({ ingestionProgress }) => onProgress(ingestionProgress)));
    const uploaded = { input: { ...input, upload: archive, progressKey } };
    const asked = this.request(RegisterDatasetVersionDocument, uploaded, options);
    const { registerDatasetVersion } = await asked.finally(() => ended.abort());
    const error = await shown;
    if (error && !(error instanceof HubError)) throw error; // of `onProgress`; without progress the upload is as good
    return registerDatasetVersion;
  }

  /** Events of a run after a number, then live until the run ends; none is missed or told twice when the connection is lost. */
  async *followRun(
    id: string,
    { after = 0, ...options }: FollowOptions = {},
  ): AsyncGenerator<RunEventsSubscription['runEvents']> {
    let last = after;
    for await (const { runEvents: event } of this.subscribe(RunEventsDocument, { id, after }, options)) {
      if (event.number <= last) continue; // told again after a lost connection
      last = event.number;
      yield event;
    }
  }

  async #send(init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${this.#token}` };
    for (let attempt = 0; ; attempt++) {
      const response = await fetch(`${this.#url}/graphql`, { ...init, headers }).catch((error: Error) => {
        if (init.signal?.aborted) throw error;
        const { message = error.message } = (error.cause ?? {}) as { message?: string };
        throw new HubError('HUB_UNREACHABLE', `No hub answers at ${this.#url}: ${message}.`);
      });
      if (response.status !== TOO_MANY_REQUESTS || attempt >= this.#retries) return response;
      const wait = Number(response.headers.get('retry-after')) || SHORT_WAIT;
      if (wait > this.#maxWait) return response;
      await response.body?.cancel();
      await waitFor(wait, init.signal ?? null);
    }
  }

  #subscriptionError(error: unknown): unknown {
    if (error instanceof HubError) return error;
    if (Array.isArray(error)) return toHubError(error as GraphQLFailure[], null);
    if (isClosed(error) && TOKEN_REFUSED.includes(error.code)) {
      return new HubError('UNAUTHENTICATED', `The hub does not accept the token: ${error.reason ?? 'it is unknown'}.`);
    }
    return new HubError('HUB_UNREACHABLE', `The connection to the hub at ${this.#url} is lost.`);
  }
}

/** What a promise is rejected with. */
function errorOf(promise: Promise<void>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function each<T>(items: AsyncIterable<T>, use: (item: T) => void): Promise<void> {
  for await (const item of items) use(item);
}

function isClosed(event: unknown): event is { readonly code: number; readonly reason?: string } {
  return typeof (event as { code?: unknown }).code === 'number';
}

/** @throws the reason of the signal when it is aborted. */
function waitFor(seconds: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, seconds * 1000);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
  });
}
