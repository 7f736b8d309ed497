import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { PostgresServer } from '../support/postgres-server.js';

/** Something that happens to PostgreSQL while a hub is in use. */
export interface Outage {
  readonly name: string;
  /** Codes of the requests that it may refuse; whether it certainly refuses some. */
  readonly codes: readonly string[];
  readonly isNoticed: boolean;
  /** Begins and ends it. */
  readonly happen: (server: PostgresServer) => Promise<unknown>;
}

/** Milliseconds for which the server is away, hangs or is full: long enough for a few requests. */
const AWAY = 2000;
const AWAY_ONLY = ['DATABASE_UNAVAILABLE'];

export const OUTAGES: readonly Outage[] = [
  {
    name: 'drops all connections, again and again',
    codes: AWAY_ONLY,
    isNoticed: false,
    async happen({ url }) {
      const admin = new pg.Client(url);
      await admin.connect();
      for (let i = 0; i < 10; i++) {
        await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
        await wait(100);
      }
      await admin.end();
    },
  },
  {
    name: 'is restarted',
    codes: AWAY_ONLY,
    isNoticed: false,
    async happen(server) {
      await server.stop('fast');
      await server.start();
    },
  },
  {
    name: 'crashes, and comes back later',
    codes: AWAY_ONLY,
    isNoticed: true,
    async happen(server) {
      await server.stop('immediate');
      await wait(AWAY);
      await server.start();
    },
  },
  {
    name: 'hangs',
    codes: AWAY_ONLY,
    isNoticed: false, // for less than its statements may take
    happen: (server) => server.paused(() => wait(AWAY)),
  },
];

/** Fills the disk of the server to the last byte. @param disk a small file system. */
export const fullDisk = (disk: string): Outage => ({
  name: 'has a full disk',
  codes: ['DISK_FULL', ...AWAY_ONLY],
  isNoticed: true,
  async happen(server) {
    const fillers: string[] = [];
    for (let bytes = 1024 ** 2 * 64; bytes >= 4096; bytes /= 2) {
      for (let full = false; !full; ) {
        const filler = join(disk, `filler-${fillers.length}`);
        fillers.push(filler);
        full = await writeFile(filler, Buffer.alloc(bytes)).then(
          () => false,
          () => true,
        );
      }
    }
    await wait(AWAY);
    for (const filler of fillers) await rm(filler, { force: true });
    if (!(await server.runs())) await server.start(); // it stops where it cannot write its log
  },
});
