import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { HubUser } from '../support/hub-user.js';

/** An answer to one of the callers. */
export interface CallerAnswer {
  readonly asked: 'reads' | 'writes' | 'photos';
  readonly status: number;
  /** Of the first error; null for an answer. */
  readonly code: string | null;
  readonly retryAfter: string | null;
  readonly ms: number;
}

const READ = '{ models { name } }';
const WRITE =
  'mutation ($name: String!, $text: String!) { createDataset(input: { name: $name, description: $text }) { name } }';
/** Bytes of a description, in hex: as many as it may have, so that a few rows need a new page. */
const TEXT = 1000;

/** Clients that read, write and classify without a pause until they are stopped. */
export class Callers {
  readonly answers: CallerAnswer[] = [];
  /** Names of the datasets whose creation was acknowledged. */
  readonly created: string[] = [];
  #isStopped = false;
  readonly #loops: Promise<unknown>;

  constructor(
    private readonly hub: HubUser,
    private readonly photo: Buffer,
    private readonly prefix: string,
  ) {
    this.#loops = Promise.all([this.#loop('reads'), this.#loop('writes'), this.#loop('photos')]);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#loops;
  }

  async #loop(asked: CallerAnswer['asked']): Promise<void> {
    for (let i = 0; !this.#isStopped; i++) {
      const began = performance.now();
      const answer = await this.#ask(asked, `${this.prefix}-${i}`);
      this.answers.push({ asked, ...answer, ms: performance.now() - began });
      await wait(20);
    }
  }

  async #ask(asked: CallerAnswer['asked'], name: string): Promise<Omit<CallerAnswer, 'asked' | 'ms'>> {
    if (asked === 'photos') {
      const headers = { authorization: `Bearer ${this.hub.token}`, 'content-type': 'image/jpeg' };
      const init = { method: 'POST', headers, body: new Uint8Array(this.photo) };
      const response = await this.hub.fetch('/v1/classify?model=colours', init);
      const { errors } = (await response.json()) as { errors?: [{ extensions: { code: string } }] };
      const code = errors?.[0].extensions.code ?? null;
      return { status: response.status, code, retryAfter: response.headers.get('retry-after') };
    }
    const text = randomBytes(TEXT).toString('hex');
    const { status, retryAfter, errors } = await (asked === 'reads'
      ? this.hub.post(READ)
      : this.hub.post(WRITE, { name, text }));
    if (asked === 'writes' && !errors) this.created.push(name);
    return { status, code: (errors?.[0]?.extensions.code as string | undefined) ?? null, retryAfter };
  }
}
