import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Called after each NOTIFY with its message; without one when a connection begins to listen: earlier ones may be lost. */
export type OnNotify = (message?: string) => void;

/** Milliseconds between attempts to connect again. */
const RECONNECT_MS = 1000;

/**
 * Listens on the only connection of an embedded database, and on the connections that replace it. An embedded database
 * has no second connection to listen on.
 */
export async function listenOnEveryConnection(
  pool: pg.Pool,
  channel: string,
  heard: OnNotify,
): Promise<() => Promise<void>> {
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
}

/** Listens on its own connection to a database server, and reconnects when it is lost. */
export async function listenOnOwnConnection(
  connection: pg.ClientConfig,
  channel: string,
  heard: OnNotify,
): Promise<() => Promise<void>> {
  const closed = new AbortController();
  let client = await connect();
  void keep();
  return async () => {
    closed.abort();
    await client.end().catch(() => undefined);
  };

  async function connect(): Promise<pg.Client> {
    const next = new pg.Client({ ...connection, keepAlive: true });
    next.on('error', () => undefined); // `end` follows
    next.on('notification', (notice) => {
      if (notice.channel === channel) heard(notice.payload ?? '');
    });
    await next.connect();
    await next.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    heard();
    return next;
  }

  async function keep(): Promise<void> {
    const { signal } = closed;
    while (!signal.aborted) {
      await new Promise((resolve) => client.once('end', resolve));
      while (!signal.aborted) {
        await sleep(RECONNECT_MS, undefined, { signal, ref: false }).catch(() => undefined);
        if (signal.aborted) return;
        const next = await connect().catch(() => undefined);
        if (!next) continue;
        client = next;
        break;
      }
    }
  }
}
