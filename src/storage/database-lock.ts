import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { throwOfDatabase } from '../database-outage.js';
import { HubError } from '../errors.js';

/** Key of the advisory lock. */
const KEY = 0x4d4f_4448; // "MODH"
/** Milliseconds to wait for the lock of a hub that has just ended, and between attempts. */
const [PATIENCE_MS, ATTEMPT_MS] = [3000, 100];

/** How a process uses the database: together with others, or alone. */
export type DatabaseUse = 'shared' | 'alone';

const LOCKS: Readonly<Record<DatabaseUse, string>> = {
  shared: `pg_try_advisory_lock_shared(${KEY})`,
  alone: `pg_try_advisory_lock(${KEY})`,
};

/** Refusals: the use that another process excludes. */
const REFUSALS: Readonly<Record<DatabaseUse, string>> = {
  shared:
    'Another hub is running on this database, with its blobs in its data folder, where no other process can read them. Stop it first, or give this hub a database of its own (--database-url). To run both, move the blobs to a bucket or a shared folder (docs/scaling.md).',
  alone:
    'Another hub is running on this database. Stop all of its processes first, or give this hub a database of its own (--database-url).',
};

/** A lock on a database server, so that no two hubs run the same jobs without knowing of each other. */
export interface DatabaseLock {
  /** Takes the lock of another use in place of the present one. @throws CONFLICT as `lockDatabase`. */
  change(use: DatabaseUse): Promise<void>;
  release(): Promise<void>;
}

/**
 * Locks a database for as long as a dedicated connection lasts. When the connection is lost, it acquires the lock again.
 * @param onLost called when another process has taken the lock meanwhile.
 * @throws CONFLICT when another process excludes this use.
 */
export async function lockDatabase(
  url: string,
  first: DatabaseUse,
  onLost: (error: HubError) => void,
): Promise<DatabaseLock> {
  const closed = new AbortController();
  let use = first;
  let client = await connect(url);
  await lock(client, use);
  void keep();
  return {
    async change(next) {
      await client.query('SELECT pg_advisory_unlock_all()');
      await lock(client, next);
      use = next;
    },
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
          const next = await connect(url);
          await lock(next, use);
          client = next;
          if (closed.signal.aborted) await next.end();
          break;
        } catch (error) {
          if (error instanceof HubError) return onLost(error);
          await sleep(PATIENCE_MS, undefined, { signal: closed.signal, ref: false }).catch(() => undefined);
        }
      }
    }
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, keepAlive: true });
  client.on('error', () => undefined); // `end` follows
  await client.connect().catch(throwOfDatabase);
  return client;
}

/** Takes the lock of a use, or ends the connection. @throws CONFLICT. */
async function lock(client: pg.Client, use: DatabaseUse): Promise<void> {
  const tries = `SELECT ${LOCKS[use]} AS locked`;
  try {
    for (const until = performance.now() + PATIENCE_MS; ; ) {
      const { rows } = await client.query<{ locked: boolean }>(tries);
      if (rows[0]?.locked) return;
      if (performance.now() > until) throw new HubError('CONFLICT', REFUSALS[use]);
      await sleep(ATTEMPT_MS);
    }
  } catch (error) {
    await client.end().catch(() => undefined);
    throwOfDatabase(error);
  }
}
