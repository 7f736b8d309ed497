import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { HubError } from '../errors.js';

/** Key of the advisory lock. */
const KEY = 0x4d4f_4448; // "MODH"
/** Milliseconds to wait for the lock of a hub that has just ended, and between attempts. */
const [PATIENCE_MS, ATTEMPT_MS] = [3000, 100];

/** A hub's lock on a database server. A second hub on the same database would claim its runs. */
export interface DatabaseLock {
  release(): Promise<void>;
}

/**
 * Locks a database for as long as a dedicated connection lasts. When the connection is lost, it acquires the lock again.
 * @param onLost called when another hub has locked the database meanwhile.
 * @throws CONFLICT when another hub has locked it.
 */
export async function lockDatabase(url: string, onLost: (error: HubError) => void): Promise<DatabaseLock> {
  const closed = new AbortController();
  let client = await lock(url);
  void keep();
  return {
    async release() {
      closed.abort();
      await client.end().catch(() => undefined);
    },
  };

  async function keep(): Promise<void> {
    while (!closed.signal.aborted) {
      await new Promise((resolve) => client.once('end', resolve));
      while (!closed.signal.aborted) {
        try {
          client = await lock(url);
          break;
        } catch (error) {
          if (error instanceof HubError) return onLost(error);
          await sleep(PATIENCE_MS, undefined, { signal: closed.signal, ref: false }).catch(() => undefined);
        }
      }
    }
  }
}

async function lock(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, keepAlive: true });
  client.on('error', () => undefined); // `end` follows
  await client.connect();
  for (const until = performance.now() + PATIENCE_MS; ; ) {
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [KEY]);
    if (rows[0]?.locked) return client;
    if (performance.now() > until) break;
    await sleep(ATTEMPT_MS);
  }
  await client.end();
  const message =
    'Another hub is running on this database. Stop it first, or give this hub a database of its own (--database-url).';
  throw new HubError('CONFLICT', message);
}
