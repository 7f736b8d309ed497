import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { HubError } from '../errors.js';

/** Keys of the advisory locks: of the database, and of its only process that answers requests. */
const KEYS = { database: 0x4d4f_4448, api: 0x4d4f_4441 } as const;
/** Milliseconds to wait for the locks of a hub that has just ended, and between attempts. */
const [PATIENCE_MS, ATTEMPT_MS] = [5000, 100];

/** How a process uses the database: alone, or together with others, of which one answers requests. */
export type DatabaseUse = 'alone' | 'api' | 'worker';

/** The locks by mode; those of a database that is shared exclude the one of a process that has it alone. */
const LOCKS: Readonly<Record<DatabaseUse, readonly string[]>> = {
  alone: [`pg_try_advisory_lock(${KEYS.database})`],
  api: [`pg_try_advisory_lock_shared(${KEYS.database})`, `pg_try_advisory_lock(${KEYS.api})`],
  worker: [`pg_try_advisory_lock_shared(${KEYS.database})`],
};

const BUSY =
  'Another hub is running on this database. Stop it first, or give this hub a database of its own (--database-url).';
const REFUSALS: Readonly<Record<DatabaseUse, string>> = {
  alone: BUSY,
  api: `${BUSY} To add a machine that trains, start it with --roles train.`,
  worker:
    'The hub on this database keeps its blobs in its data folder, where this process cannot read them. Stop the hub, move its blobs to a bucket with "hub blobs migrate", and start both again (docs/scaling.md).',
};

/** A lock on a database server, so that no two hubs run the same jobs without knowing of each other. */
export interface DatabaseLock {
  /** Takes the locks of another use in place of the present ones. @throws CONFLICT as `lockDatabase`. */
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
  await client.connect();
  return client;
}

/** Takes the locks of a use, or ends the connection. @throws CONFLICT. */
async function lock(client: pg.Client, use: DatabaseUse): Promise<void> {
  const tries = `SELECT ${LOCKS[use].join(' AND ')} AS locked`;
  try {
    for (const until = performance.now() + PATIENCE_MS; ; ) {
      const { rows } = await client.query<{ locked: boolean }>(tries);
      if (rows[0]?.locked) return;
      await client.query('SELECT pg_advisory_unlock_all()'); // one of them may be taken
      if (performance.now() > until) throw new HubError('CONFLICT', REFUSALS[use]);
      await sleep(ATTEMPT_MS);
    }
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}
