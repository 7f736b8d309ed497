import { constants } from 'node:fs';
import { access, cp, mkdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type pg from 'pg';
import { PACKAGE_FOLDER } from '../package.js';
import { DatabaseThread } from './database-thread.js';
import type { DatabaseSession } from './embedded-session.js';
import { PgliteStream } from './pglite-stream.js';
import { syncFolder, syncTree } from './sync-folder.js';

/** Folder of the empty database that every new one is a copy of. The build creates it, which takes six seconds of a core. */
export const NEW_DATABASE = join(PACKAGE_FOLDER, 'dist', 'new-database');
/** Names of its folders as JSON: archives of npm have no empty ones. */
export const NEW_DATABASE_FOLDERS = `${NEW_DATABASE}-folders.json`;

/** PostgreSQL inside this process. */
export interface EmbeddedPostgres {
  /**
   * Configuration for node-postgres, always of one connection: PGlite has one session, in which the statements of a second
   * connection would mix with those of the first.
   */
  readonly connection: pg.PoolConfig;
  /** Call it after all pools on the connection have ended. */
  close(): Promise<void>;
}

/**
 * Opens the database in a folder, and creates it if necessary; without a folder, one in memory. The caller makes sure that
 * no other process opens the same folder: both would lose data.
 */
export async function openEmbeddedPostgres(
  folder?: string,
  session: DatabaseSession = new DatabaseThread(folder),
): Promise<EmbeddedPostgres> {
  if (folder && !(await isDatabase(folder))) await create(folder);
  await session.start();
  let turn = Promise.resolve();
  const stream = () => {
    const next = new PgliteStream(session, turn);
    turn = new Promise((resolve) => next.once('close', resolve));
    return next;
  };
  return {
    // In full: node-postgres takes missing values from the environment, also whether to encrypt.
    connection: { stream, max: 1, idleTimeoutMillis: 0, user: 'postgres', database: 'postgres', ssl: false },
    async close() {
      await turn;
      await session.close();
    },
  };
}

/** Copies the empty database to a temporary folder and renames it, so that a process that dies leaves no partial database. */
async function create(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error; // a folder that is not empty is not replaced
  });
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await cp(NEW_DATABASE, unfinished, { recursive: true, mode: constants.COPYFILE_FICLONE });
  const folders = JSON.parse(await readFile(NEW_DATABASE_FOLDERS, 'utf8')) as readonly string[];
  for (const name of folders) await mkdir(join(unfinished, name), { recursive: true });
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
