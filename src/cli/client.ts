import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type ErrorCode, HubError } from '../errors.js';

interface Answer<T> {
  readonly data?: T;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

type Variables = Readonly<Record<string, unknown>>;

/** Talks GraphQL to a hub. An error that the hub made on purpose comes back as the same HubError. */
export class HubClient {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async request<T>(query: string, variables: Variables = {}): Promise<T> {
    const body = JSON.stringify({ query, variables });
    return this.#post<T>(body, { 'content-type': 'application/json' });
  }

  /** Sends a file as the variable `name`. */
  async upload<T>(query: string, name: string, file: string, variables: Variables = {}): Promise<T> {
    const form = new FormData();
    form.append('operations', JSON.stringify({ query, variables: { ...variables, [name]: null } }));
    form.append('map', JSON.stringify({ 0: [`variables.${name}`] }));
    form.append('0', await openAsBlob(file), basename(file));
    return this.#post<T>(form, { 'apollo-require-preflight': 'true' });
  }

  /** Every event of a subscription. */
  async *subscribe<T>(query: string, variables: Variables = {}): AsyncGenerator<T> {
    const client = createClient({
      url: `${this.url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${this.token}` },
    });
    try {
      for await (const answer of client.iterate<T>({ query, variables })) yield dataOf(answer as Answer<T>);
    } catch (error) {
      throw Array.isArray(error) ? refusalOf(error) : error; // an operation that is refused ends with its errors
    } finally {
      await client.dispose();
    }
  }

  async #post<T>(body: string | FormData, headers: Record<string, string>): Promise<T> {
    const authorization = `Bearer ${this.token}`;
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, authorization },
      body,
    }).catch(() => {
      throw new HubError('NOT_FOUND', `No hub answers at ${this.url}: start one with "hub start", or say where it is.`);
    });
    return dataOf((await response.json()) as Answer<T>);
  }
}

function dataOf<T>(answer: Answer<T>): T {
  if (answer.errors?.length) throw refusalOf(answer.errors);
  return answer.data as T;
}

function refusalOf([error]: NonNullable<Answer<unknown>['errors']>): HubError {
  return new HubError(
    (error?.extensions?.code ?? 'INTERNAL') as ErrorCode,
    error?.message ?? 'The hub gave no reason.',
  );
}
