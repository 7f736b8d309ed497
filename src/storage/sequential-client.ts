import pg from 'pg';
import { throwOfDatabase } from '../database-outage.js';

type Answered = (error: unknown, result?: unknown) => void;

/**
 * A connection that sends each query after the one before has ended, as node-postgres 9 will ask of its callers. Prisma
 * reads the relations of rows in parallel, also within a transaction, which has one connection.
 */
export class SequentialClient extends pg.Client {
  #last: Promise<unknown> = Promise.resolve();

  constructor(config?: pg.ClientConfig) {
    super(config);
    // A server can close a connection with the packet that accepts it, before the caller has a listener. An `error` event without
    // a listener would end the process; the next query on the connection fails in any case.
    this.on('error', () => undefined);
  }

  /** Takes what `pg.Client.query` takes, except for queries that are objects with a method `submit`. */
  override query(...args: unknown[]): never {
    const answered = typeof args.at(-1) === 'function' ? (args.pop() as Answered) : undefined;
    const result: Promise<unknown> = this.#last.then(() => super.query(...(args as [string]))).catch(throwOfDatabase);
    this.#last = result.catch(() => undefined);
    if (answered) {
      void result.then((rows) => answered(undefined, rows), answered);
      return undefined as never;
    }
    return result as never;
  }
}
