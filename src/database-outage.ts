import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What PostgreSQL, node-postgres and Prisma say when the server is away, restarts, refuses a connection or does not answer:
 * SQLSTATE classes 08 and 57P and code 53300 (PostgreSQL's documentation, appendix A), errno names, Prisma's codes (its error
 * reference), and sentences that have no code.
 */
const OUTAGE = [
  /\b(08[0-9A-Z]{3}|57P0[1-5]|53300)\b/,
  /\b(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)\b|connect ENOENT/,
  /\bP(1001|1002|1008|1017|2024|2037)\b/,
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|not queryable/,
  /Unable to start a transaction in the given time|The database stopped|terminating connection due to/,
];

/** Milliseconds between attempts while the database is away. */
const RETRY_MS = 1000;

/** Errors of connections to the database, whose codes alone do not say so. */
const ofConnections = new WeakSet<object>();

/** Remembers that an error is of a connection to the database, and throws it. */
export function throwOfDatabase(error: unknown): never {
  if (error instanceof Error) ofConnections.add(error);
  throw error;
}

/** Whether an error says that the database cannot be reached now, rather than that a statement is wrong. */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (!ofConnections.has(error) && !/^(Prisma|DriverAdapterError)/.test(error.name)) return false;
  return OUTAGE.some((outage) => outage.test(saidBy(error)));
}

/** Codes and message of an error. Prisma's adapter keeps PostgreSQL's code in the cause. */
function saidBy(error: Error): string {
  const { code, message, cause } = error as NodeJS.ErrnoException;
  const { code: inner, originalCode } = (cause ?? {}) as { readonly code?: unknown; readonly originalCode?: unknown };
  return [code, inner, originalCode, message].map(String).join(' ');
}

/** What PostgreSQL says when the disk of its server is full (code 53100). */
const FULL = /\b53100\b/;

/**
 * Does a write, again and again while the database is away or its server has no room.
 * @param write is told whether an attempt before may have been carried out without an answer.
 * @param signal ends the waiting. @throws its reason, or the error of the write that is not an outage.
 */
export async function throughOutages<T>(write: (mayBeDone: boolean) => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let mayBeDone = false; ; mayBeDone = true) {
    try {
      return await write(mayBeDone);
    } catch (error) {
      if (!isDatabaseOutage(error) && !isFull(error)) throw error;
    }
    await sleep(RETRY_MS, undefined, { signal, ref: false });
  }
}

/** Whether the disk of a database server is full. That of an embedded database is the hub's, whose runs end with DISK_FULL. */
function isFull(error: unknown): boolean {
  return error instanceof Error && FULL.test(saidBy(error));
}
