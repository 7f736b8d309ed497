import { constants } from 'node:fs';
import { access, cp, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { PACKAGE } from '../package.js';
import { EmbeddedSession } from './embedded-session.js';
import { PgliteStream } from './pglite-stream.js';
import { syncFolder, syncTree } from './sync-folder.js';

/**
 * Folder of the database that every other begins as a copy of. `npm run build` makes it: PostgreSQL needs six seconds of a
 * core for that. The same place seen from src/storage and from dist/storage; one that another PGlite made may not open.
 */
export const NEW_DATABASE = fileURLToPath(
  new URL(
    `../../dist/new-database-${PACKAGE.dependencies['@electric-sql/pglite']}-${PACKAGE.dependencies['pg-boss']}`,
    import.meta.url,
  ),
);

/** PostgreSQL inside this process. */
export interface EmbeddedPostgres {
  /**
   * How node-postgres reaches it: always over one connection. PGlite has one session, and a second connection's
   * statements would mix with the first one's.
   */
  readonly connection: pg.PoolConfig;
  /** To be called when all pools on the connection have ended. */
  close(): Promise<void>;
}

/**
 * Opens the database in a folder and makes it when there is none; without a folder, one in memory. The caller sees to
 * it that no other process opens the same folder: both would lose data.
 */
export async function openEmbeddedPostgres(folder?: string): Promise<EmbeddedPostgres> {
  if (folder && !(await isDatabase(folder))) await create(folder);
  const session = new EmbeddedSession(folder);
  await session.start();
  let turn = Promise.resolve();
  const stream = () => {
    const next = new PgliteStream(session, turn);
    turn = new Promise((resolve) => next.once('close', resolve));
    return next;
  };
  return {
    // Said in full: node-postgres takes what is missing from the environment, also whether to encrypt.
    connection: { stream, max: 1, idleTimeoutMillis: 0, user: 'postgres', database: 'postgres', ssl: false },
    async close() {
      await turn;
      await session.close();
    },
  };
}

/** Made beside its place and renamed: a process that dies meanwhile leaves no half of a database. */
async function create(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error; // a folder with anything in it is not ours to replace
  });
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await cp(NEW_DATABASE, unfinished, { recursive: true, mode: constants.COPYFILE_FICLONE });
  await syncTree(unfinished);
  await rename(unfinished, folder);
  await syncFolder(dirname(folder));
}

/** Whether there is a database in a folder. */
export function isDatabase(folder: string): Promise<boolean> {
  return access(join(folder, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}
