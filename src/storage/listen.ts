import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { throwOfDatabase } from '../database-outage.js';

/** Called after each NOTIFY with its message; without one when a connection begins to listen: earlier ones may be lost. */
export type OnNotify = (message?: string) => void;

/** Milliseconds between attempts to connect again. */
const RECONNECT_MS = 1000;

/** Listens to channels of a database. */
export interface Listener {
  /** @returns the function that ends it. */
  listen(channel: string, heard: OnNotify): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/**
 * Listens on the only connection of an embedded database, and on the connections that replace it. An embedded database
 * has no second connection to listen on.
 */
export function listenOnEveryConnection(pool: pg.Pool): Listener {
  return {
    async listen(channel, heard) {
      const listen = async (client: pg.ClientBase): Promise<void> => {
        client.on('notification', (notice) => {
          if (notice.channel === channel) heard(notice.payload ?? '');
        });
        await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
        heard();
      };
      const present = await pool.connect();
      await listen(present).finally(() => present.release());
      const onConnect = (client: pg.PoolClient): void => void listen(client).catch(() => undefined);
      pool.on('connect', onConnect);
      return async () => void pool.off('connect', onConnect);
    },
    close: async () => undefined,
  };
}

/** Listens on one connection of its own to a database server, and reconnects when it is lost. */
export class OwnConnection implements Listener {
  readonly #channels = new Map<string, Set<OnNotify>>();
  readonly #closed = new AbortController();
  #client: Promise<pg.Client> | undefined;

  constructor(private readonly connection: pg.ClientConfig) {}

  async listen(channel: string, heard: OnNotify): Promise<() => Promise<void>> {
    const listeners = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, listeners.add(heard));
    this.#client ??= this.#connect();
    await (await this.#client).query(`LISTEN ${pg.escapeIdentifier(channel)}`).catch(throwOfDatabase);
    heard();
    return async () => void listeners.delete(heard);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#client?.then((client) => client.end()).catch(() => undefined);
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ ...this.connection, keepAlive: true });
    client.on('error', () => undefined); // `end` follows
    client.on('notification', ({ channel, payload }) => this.#tell(channel, payload ?? ''));
    await client.connect().catch(throwOfDatabase);
    client.once('end', () => void this.#reconnect());
    return client;
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await sleep(RECONNECT_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        const client = await this.#connect();
        this.#client = Promise.resolve(client);
        for (const channel of this.#channels.keys()) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
        for (const channel of this.#channels.keys()) this.#tell(channel);
        return;
      } catch {
        // The server is away still; a connection that was lost again has its own attempts.
      }
    }
  }

  #tell(channel: string, message?: string): void {
    for (const heard of this.#channels.get(channel) ?? []) heard(message);
  }
}
