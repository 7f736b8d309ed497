import { readFile } from 'node:fs/promises';
import { vi } from 'vitest';
import { HubClient } from '../../src/cli/client.js';
import { HubError } from '../../src/errors.js';
import type {
  CalibrationAnswer,
  DatasetVersionAnswer,
  ModelAnswer,
  ModelVersionAnswer,
  RunAnswer,
  RunEventAnswer,
  SweepAnswer,
  VersionServingAnswer,
} from './answers.js';

/** A line of the hub's log; levels are pino's: 40 is a warning, 50 an error. */
export interface LogLine {
  readonly level: number;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

export const WARNING = 40;
export const ERROR = 50;

/** Polling for work of seconds: Vitest's default of twenty requests a second would cost the hub half a core. */
export const PATIENTLY = { timeout: 150_000, interval: 250 };

type Variables = Readonly<Record<string, unknown>>;

export interface RawAnswer {
  readonly status: number;
  readonly requestId: string | null;
  /** The authorization header. */
  readonly retryAfter: string | null;
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/** A multipart request (https://github.com/jaydenseric/graphql-multipart-request-spec). */
function formOf(operations: unknown, { as, content }: { as: string; content: Uint8Array }): FormData {
  const form = new FormData();
  form.append('operations', JSON.stringify(operations));
  form.append('map', JSON.stringify({ 0: [`variables.${as}`] }));
  form.append('0', new Blob([new Uint8Array(content)]), 'file');
  return form;
}

/** Reads a request of test/requests, which the docs show. */
export async function requestText(name: string): Promise<string> {
  return readFile(new URL(`../requests/${name}.graphql`, import.meta.url), 'utf8');
}

/** The actions of a hub's user, wherever the hub runs. */
export abstract class HubUser {
  abstract readonly log: readonly LogLine[];
  #client: { readonly url: string; readonly client: HubClient } | undefined;

  abstract get url(): string;
  abstract get token(): string;

  /** A client with the user's token, also after the hub was started again at another address. */
  get client(): HubClient {
    const { url } = this;
    if (this.#client?.url !== url) this.#client = { url, client: new HubClient(url, this.token) };
    return this.#client.client;
  }

  /** The same hub with another token. */
  as(token: string): HubUser {
    return new OtherUser(this, token);
  }

  /** Call it when the token may have changed. */
  protected forgetClient(): void {
    this.#client = undefined;
  }

  /** Sends any HTTP request. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, init);
  }

  /** Sends a request of test/requests. */
  async ask<T>(name: string, variables: Variables = {}): Promise<T> {
    const text = await requestText(name);
    return this.client.request<T>(text, variables).catch((error: unknown) => this.#explain(error));
  }

  /** Sends a request of test/requests with a file in the variable `as`. */
  async send<T>(name: string, as: string, content: Uint8Array, variables: Variables = {}): Promise<T> {
    const file = new File([new Uint8Array(content)], 'file');
    const given = { ...variables, [as]: null };
    return this.client
      .upload<T>(await requestText(name), `variables.${as}`, file, given)
      .catch((error: unknown) => this.#explain(error));
  }

  /** Sends any GraphQL request, optionally with a file in the variable `file.as`. @returns the raw answer. */
  async post(query: string, variables: Variables = {}, file?: { as: string; content: Uint8Array }): Promise<RawAnswer> {
    const operations = { query, variables: file ? { ...variables, [file.as]: null } : variables };
    const authorization = `Bearer ${this.token}`;
    const init: RequestInit = file
      ? { body: formOf(operations, file), headers: { authorization, 'apollo-require-preflight': 'true' } }
      : { body: JSON.stringify(operations), headers: { authorization, 'content-type': 'application/json' } };
    const response = await this.fetch('/graphql', { method: 'POST', ...init });
    const body = (await response.json()) as Pick<RawAnswer, 'data' | 'errors'>;
    const [requestId, retryAfter] = ['x-request-id', 'retry-after'].map((name) => response.headers.get(name));
    return { status: response.status, requestId: requestId ?? null, retryAfter: retryAfter ?? null, ...body };
  }

  /** Creates a dataset and registers an archive as its first version. */
  async register(dataset: string, archive: Uint8Array): Promise<DatasetVersionAnswer> {
    await this.ask('create-dataset', { name: dataset });
    const answer = await this.send<{ registerDatasetVersion: DatasetVersionAnswer }>(
      'register-upload',
      'upload',
      archive,
      { dataset },
    );
    return answer.registerDatasetVersion;
  }

  /** Queues a run on the bundled backbone unless the input names another. @returns its id. */
  async queue(input: Variables): Promise<string> {
    const answer = await this.ask<{ startTransferRun: { id: string } }>('start-transfer-run', {
      input: { backbone: 'tiny-imagenet-2', ...input },
    });
    return answer.startTransferRun.id;
  }

  /** Events of a run after the given number, then live until the run ends. */
  async *watch(id: string, after = 0): AsyncGenerator<RunEventAnswer> {
    const request = await requestText('run-events');
    const variables = { id, after };
    for await (const { runEvents } of this.client.subscribe<{ runEvents: RunEventAnswer }>(request, variables)) {
      yield runEvents;
    }
  }

  async run(id: string): Promise<RunAnswer> {
    return (await this.ask<{ run: RunAnswer }>('run', { id })).run;
  }

  /** Waits for a run to end. */
  async ended(id: string): Promise<RunAnswer> {
    for await (const _ of this.watch(id)); // the subscription ends with the run
    return this.run(id);
  }

  async train(input: Variables): Promise<RunAnswer> {
    return this.ended(await this.queue(input));
  }

  /** Queues a sweep. @returns its id. */
  async startSweep(input: Variables): Promise<string> {
    return (await this.ask<{ startSweep: { id: string } }>('start-sweep', { input })).startSweep.id;
  }

  async sweep(id: string): Promise<SweepAnswer> {
    return (await this.ask<{ sweep: SweepAnswer }>('sweep', { id })).sweep;
  }

  /** Waits for a sweep to end, by polling. */
  async endedSweep(id: string): Promise<SweepAnswer> {
    const ended = async (): Promise<SweepAnswer | false> => {
      const sweep = await this.sweep(id);
      return sweep.state !== 'QUEUED' && sweep.state !== 'RUNNING' && sweep;
    };
    return vi.waitUntil(ended, PATIENTLY);
  }

  /** Creates a token. @returns its secret and its id. */
  async createToken(input: Variables): Promise<{ secret: string; id: string }> {
    const { createToken } = await this.ask<{ createToken: { secret: string; token: { id: string } } }>('create-token', {
      input,
    });
    return { secret: createToken.secret, id: createToken.token.id };
  }

  async registerModel(runId: string, model: string): Promise<ModelVersionAnswer> {
    const answer = await this.ask<{ registerModelVersion: ModelVersionAnswer }>('register-model-version', {
      runId,
      model,
    });
    return answer.registerModelVersion;
  }

  /** The form in which a version serves. */
  async serving(model: string, number: number): Promise<VersionServingAnswer> {
    const { versions } = (await this.ask<{ model: ModelAnswer }>('model', { name: model })).model;
    return versions.find((version) => version.number === number)!.serving;
  }

  /** Waits until the 8-bit form of a version is measured, or has failed. */
  async measured(model: string, number: number): Promise<VersionServingAnswer> {
    const ended = async (): Promise<VersionServingAnswer | false> => {
      const serving = await this.serving(model, number);
      return serving.state !== 'PENDING' && serving;
    };
    return vi.waitUntil(ended, PATIENTLY);
  }

  /** Waits until a version is calibrated. */
  async calibrated(model: string, number: number): Promise<CalibrationAnswer> {
    const found = async (): Promise<CalibrationAnswer | null> => {
      const { versions } = (await this.ask<{ model: ModelAnswer }>('model', { name: model })).model;
      return versions.find((version) => version.number === number)!.calibration;
    };
    return (await vi.waitUntil(found, PATIENTLY)) as CalibrationAnswer;
  }

  /** Adds the cause in the log to a masked error, so that a failed test shows both. */
  #explain(error: unknown): never {
    const masked = error instanceof HubError && String(error.code) === 'INTERNAL';
    if (masked) error.message += `\n${JSON.stringify(this.log.findLast(({ level }) => level === ERROR))}`;
    throw error;
  }
}

class OtherUser extends HubUser {
  constructor(
    private readonly hub: HubUser,
    override readonly token: string,
  ) {
    super();
  }

  override get url(): string {
    return this.hub.url;
  }

  override get log(): readonly LogLine[] {
    return this.hub.log;
  }
}
