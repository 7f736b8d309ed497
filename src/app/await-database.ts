import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isDatabaseOutage } from '../database-outage.js';

/** Milliseconds between two attempts. */
const RETRY_MS = 1000;

/**
 * Does what a process does at its start, again from its beginning while the database server is away: it may be restarting.
 * @param signal ends the waiting. @throws its reason, or an error that is no outage.
 */
export async function onceDatabaseAnswers<T>(work: () => Promise<T>, log: Logger, signal?: AbortSignal): Promise<T> {
  let isWaiting = false;
  for (;;) {
    try {
      const done = await work();
      if (isWaiting) log.info('the database answers again');
      return done;
    } catch (error) {
      if (!isDatabaseOutage(error)) throw error;
      if (!isWaiting) log.warn({ err: error }, 'the database does not answer; this process waits for it');
      isWaiting = true;
    }
    await sleep(RETRY_MS, undefined, signal ? { signal } : {});
  }
}
