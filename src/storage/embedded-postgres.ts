import { fstatSync, fsyncSync } from 'node:fs';
import { access, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import type pg from 'pg';
import { PgliteStream } from './pglite-stream.js';
import { syncFolder } from './sync-folder.js';

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

/** PGlite's own parameters, but with every commit on the disk before it is acknowledged. */
const START_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'), // -F: no fsync
  ...['-c', 'wal_sync_method=fsync'], // the default, fdatasync, does nothing in PGlite
  ...['-c', 'shared_buffers=16MB'], // of 128: the hub's tables are small, and this is resident memory
];
/** What a file system in PGlite answers when the disk fails (WASI's EIO); PostgreSQL then stops. */
const IO_ERROR = 29;

/**
 * Opens the database in a folder and makes it when there is none; without a folder, one in memory. The caller sees to
 * it that no other process opens the same folder: both would lose data.
 */
export async function openEmbeddedPostgres(folder?: string): Promise<EmbeddedPostgres> {
  if (folder && !(await isDatabase(folder))) await create(folder);
  const db = await PGlite.create(folder ? { fs: new SyncedNodeFs(folder), startParams: START_PARAMETERS } : {});
  let turn = Promise.resolve();
  const stream = () => {
    const next = new PgliteStream(db, turn);
    turn = new Promise((resolve) => next.once('close', resolve));
    return next;
  };
  return {
    // Said in full: node-postgres takes what is missing from the environment, also whether to encrypt.
    connection: { stream, max: 1, idleTimeoutMillis: 0, user: 'postgres', database: 'postgres', ssl: false },
    async close() {
      await turn;
      await db.close();
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
  await (await PGlite.create(unfinished, { startParams: START_PARAMETERS })).close();
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

type FileSystem = Awaited<ReturnType<NodeFS['init']>>['emscriptenOpts'];
/** The part of Emscripten's Node file system that is changed here. */
interface NodeFsModule {
  FS: { filesystems: { NODEFS: { stream_ops: { fsync?: (stream: { nfd: number }) => number } } } };
}

/** PGlite's file system on real files, and with a real fsync, which Emscripten's lacks. */
class SyncedNodeFs extends NodeFS {
  override async init(pg: PGlite, options: FileSystem) {
    const addSync = (module: NodeFsModule) => {
      module.FS.filesystems.NODEFS.stream_ops.fsync = ({ nfd }) => sync(nfd);
    };
    return super.init(pg, { ...options, preRun: [...(options.preRun ?? []), addSync] });
  }
}

function sync(descriptor: number): number {
  try {
    // Windows cannot sync folders.
    if (process.platform !== 'win32' || fstatSync(descriptor).isFile()) fsyncSync(descriptor);
    return 0;
  } catch {
    return IO_ERROR;
  }
}
