import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isDatabaseOutage, throwOfDatabase } from '../database-outage.js';
import { SequentialClient } from './sequential-client.js';

/** Milliseconds before a read is sent again. */
const RETRY_AFTER_MS = 100;
/** Milliseconds within which a server must answer that the hub is connected to. */
const CHECK_MS = 2000;

/** How long a hub waits for a server, in milliseconds. */
export const SERVER_LIMITS: pg.PoolConfig = {
  /** For a connection: a free one of the pool, or a new one. */
  connectionTimeoutMillis: 5000,
  /** For the answer to a statement. Statements of a hub take milliseconds, a page of a backup less than a second. */
  query_timeout: 15_000,
  keepAlive: true,
};

/** Connections to the database. A read whose connection is lost is sent once more; a write may have been done already. */
export class DatabasePool extends pg.Pool {
  #checking: Promise<boolean> | undefined;

  constructor(config: pg.PoolConfig) {
    super({ ...config, Client: SequentialClient });
    this.on('error', () => undefined); // of an idle connection; the pool replaces it
  }

  /** Takes what `pg.Pool.query` takes, without a callback. */
  override query(...args: unknown[]): never {
    const send = (): Promise<unknown> => super.query(...(args as [string])).catch(throwOfDatabase);
    const [query] = args as [string | { readonly text: string }];
    const isRead = /^\s*SELECT\b/i.test(typeof query === 'string' ? query : query.text);
    const again = async (error: unknown): Promise<unknown> => {
      if (!isDatabaseOutage(error) || isTimeout(error)) throw error;
      await sleep(RETRY_AFTER_MS);
      return send();
    };
    return (isRead ? send().catch(again) : send()) as never;
  }

  override connect(...args: unknown[]): never {
    const [answered] = args as [undefined | Parameters<pg.Pool['connect']>[0]];
    // pg.Pool.query connects with a callback.
    return (answered ? super.connect(answered) : super.connect().catch(throwOfDatabase)) as never;
  }

  /** Whether the database answers. An embedded one that is busy does. */
  isReachable(): Promise<boolean> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #check(): Promise<boolean> {
    const isEmbedded = this.options.connectionTimeoutMillis === undefined;
    const answer = (super.query('SELECT 1') as Promise<unknown>).then(
      () => true,
      () => false,
    );
    return Promise.race([answer, sleep(CHECK_MS, isEmbedded, { ref: false })]);
  }
}

/** Whether the server did not answer: a second read would wait as long again. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && /timeout|ETIMEDOUT/.test(error.message);
}
