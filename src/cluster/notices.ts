import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Database } from '../storage/database.js';

/**
 * What a notice is about: a run with new events, a line of a list, a revoked token, a cancelled job, a model whose aliases
 * moved or whose rollouts began or ended, a process that serves something else, an ingestion.
 */
export type Topic = 'run' | 'change' | 'token' | 'cancel' | 'alias' | 'process' | 'ingestion';
/** Called with the id of what changed; with null when notices may have been lost, so that all must be read again. */
export type Heard = (id: string | null) => void;

const CHANNEL = 'hub';
/** Milliseconds for which notices to other processes are collected: each sending takes a lock of the whole server. */
const COLLECT_MS = 100;
/** Characters of a message; PostgreSQL takes fewer than 8,000 bytes. */
const LONGEST = 7000;
/** Messages of one sending. More say only that everything may have changed. */
const MOST_MESSAGES = 20;
/** Milliseconds within which a process hears itself, and between two looks where it does not. */
const ECHO_MS = 5000;
const LOOK_MS = 2000;

const messageSchema = z.object({
  from: z.string(),
  /** Pairs of a topic and an id; null for "everything". */
  told: z.array(z.tuple([z.string(), z.string()])).nullable(),
});
type Told = readonly (readonly [string, string])[] | null;

/**
 * "Row X changed", to every process that shares the database. Rows are the truth: a notice only says when to read them
 * again, and a lost one costs seconds. Listeners in this process are called at once, those in others within a second.
 */
export class Notices {
  readonly #topics = new Map<Topic, EventEmitter>();
  readonly #all = new EventEmitter().setMaxListeners(0);
  /** Notices not sent to other processes yet, as JSON pairs. */
  readonly #unsent = new Set<string>();
  readonly #name = randomUUID();
  #hasLost = false;
  #sending: NodeJS.Timeout | undefined;
  #echo: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #unlisten: (() => Promise<void>) | undefined;

  /** @param database where other processes share it; without it, notices stay in this process. */
  constructor(
    private readonly log: Logger,
    private readonly database?: Pick<Database, 'pool' | 'listen'>,
  ) {}

  /** Begins to hear other processes. */
  async open(): Promise<void> {
    this.#unlisten = await this.database?.listen(CHANNEL, (message) => this.#receive(message));
  }

  /** Tells listeners here, and collects the notice for other processes. Call it after the transaction has committed. */
  tell(topic: Topic, id: string): void {
    this.#emit(topic, id);
    if (!this.database) return;
    this.#unsent.add(JSON.stringify([topic, id]));
    this.#sendSoon();
  }

  /** Listens to notices about one thing. @returns the function that ends it. */
  on(topic: Topic, id: string, heard: Heard): () => void {
    const emitter = this.#emitterOf(topic).on(id, heard);
    return () => void emitter.off(id, heard);
  }

  /** Listens to all notices of a topic. @returns the function that ends it. */
  onAny(topic: Topic, heard: Heard): () => void {
    this.#all.on(topic, heard);
    return () => void this.#all.off(topic, heard);
  }

  async close(): Promise<void> {
    for (const timer of [this.#sending, this.#echo, this.#looking]) clearTimeout(timer);
    await this.#unlisten?.();
  }

  #emitterOf(topic: Topic): EventEmitter {
    const emitter = this.#topics.get(topic) ?? new EventEmitter().setMaxListeners(0);
    this.#topics.set(topic, emitter);
    return emitter;
  }

  #emit(topic: Topic, id: string): void {
    this.#topics.get(topic)?.emit(id, id);
    this.#all.emit(topic, id);
  }

  /** Tells every listener to read again. */
  #emitAll(): void {
    for (const emitter of this.#topics.values()) for (const id of emitter.eventNames()) emitter.emit(id, null);
    for (const topic of this.#all.eventNames()) this.#all.emit(topic, null);
  }

  #sendSoon(delay = COLLECT_MS): void {
    this.#sending ??= setTimeout(() => {
      this.#sending = undefined;
      void this.#send();
    }, delay).unref();
  }

  async #send(): Promise<void> {
    const messages = this.#hasLost ? [null] : packed([...this.#unsent]);
    this.#unsent.clear();
    this.#hasLost = false;
    try {
      for (const told of messages) await this.#notify(told);
    } catch (err) {
      this.log.debug({ err }, 'notices were not sent; other processes will be told to read everything');
      this.#hasLost = true;
      this.#sendSoon(LOOK_MS);
    }
  }

  async #notify(told: Told): Promise<void> {
    const message = JSON.stringify({ from: this.#name, told });
    await this.database?.pool.query('SELECT pg_notify($1, $2)', [CHANNEL, message]);
  }

  /** @param message of another process or of this one; none when a connection has just begun to listen. */
  #receive(message: string | undefined): void {
    if (message === undefined) {
      this.#emitAll();
      this.#expectEcho();
      return;
    }
    const { success, data } = messageSchema.safeParse(parsed(message));
    if (!success) return;
    if (data.from === this.#name) this.#heardEcho();
    else if (data.told === null) this.#emitAll();
    else for (const [topic, id] of data.told) this.#emit(topic as Topic, id);
  }

  /** Sends an empty message. A pooler of connections loses it, and with it all other messages. */
  #expectEcho(): void {
    clearTimeout(this.#echo);
    this.#echo = setTimeout(() => {
      this.log.warn(
        'this process does not hear its own notices: the database URL may lead to a pooler such as PgBouncer. It reads changes every 2 seconds instead; a direct URL is faster.',
      );
      this.#looking ??= setInterval(() => this.#emitAll(), LOOK_MS).unref();
    }, ECHO_MS).unref();
    void this.#notify([]).catch(() => undefined);
  }

  #heardEcho(): void {
    clearTimeout(this.#echo);
    clearInterval(this.#looking);
    this.#looking = undefined;
  }
}

/** Splits JSON pairs into the pairs of each message; null when they are too many. */
function packed(pairs: readonly string[]): Told[] {
  const messages: (readonly [string, string])[][] = [];
  let length = LONGEST;
  for (const pair of pairs) {
    length += Buffer.byteLength(pair) + 1;
    if (length > LONGEST) {
      messages.push([]);
      length = Buffer.byteLength(pair);
    }
    messages.at(-1)?.push(JSON.parse(pair));
  }
  return messages.length > MOST_MESSAGES ? [null] : messages;
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
