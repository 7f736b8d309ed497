import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HubError } from '../errors.js';
import { createDataFolder, dataPaths, LOCK_FILES, lockDataFolder } from '../storage/data-folder.js';
import { createDatabase } from '../storage/database.js';
import { FileBlobStore } from '../storage/file-blobs.js';
import { readRows, rowFile } from '../storage/rows.js';
import { syncFolder } from '../storage/sync-folder.js';
import { type BackupContents, readBackup, requireFile } from './backup-reader.js';

/** Folder of an unfinished restore. An existing one was left by a process that died. */
const UNFINISHED = 'restoring';

export interface RestoreOptions {
  /** Data folder, which must be empty or missing. */
  readonly data: string;
  /** An empty PostgreSQL database to use instead of an embedded one. */
  readonly databaseUrl?: string | undefined;
}

/**
 * Restores a backup into a data folder, completely or not at all.
 * @throws BAD_INPUT and BACKUP_REFUSED as `readBackup` does; CONFLICT when the folder or the database is not empty, or when a newer hub
 * made the backup; DATA_FOLDER_LOCKED.
 */
export async function restore(file: string, { data, databaseUrl }: RestoreOptions): Promise<BackupContents> {
  await requireFile(file); // before a folder is made
  const paths = dataPaths(data);
  await createDataFolder(paths.path);
  const unlock = await lockDataFolder(paths.path);
  const unfinished = join(paths.path, UNFINISHED);
  try {
    await refuseUnlessEmpty(paths.path);
    await rm(unfinished, { recursive: true, force: true });
    const parts = {
      blobs: join(unfinished, 'blobs'),
      database: join(unfinished, 'database'),
      rows: join(unfinished, 'rows'),
    };
    for (const folder of Object.values(parts)) await mkdir(folder, { recursive: true });
    const contents = await unpack(file, parts);
    await rename(parts.blobs, paths.blobs);
    try {
      const { backup } = contents;
      const database = await createDatabase({ url: databaseUrl, folder: parts.database }, backup.migrations);
      await readRows(database.client, backup, parts.rows).finally(() => database.close());
      if (databaseUrl === undefined) await rename(parts.database, paths.database);
      await syncFolder(paths.path);
    } catch (error) {
      await rm(paths.blobs, { recursive: true, force: true });
      throw error;
    }
    return contents;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
    await unlock();
  }
}

async function refuseUnlessEmpty(folder: string): Promise<void> {
  const [found] = (await readdir(folder)).filter((name) => name !== UNFINISHED && !LOCK_FILES.includes(name));
  if (found === undefined) return;
  const message = `The folder ${folder} holds ${found}. A backup can only be restored into an empty folder.`;
  throw new HubError('CONFLICT', message, { folder, found });
}

async function unpack(file: string, parts: { readonly blobs: string; readonly rows: string }): Promise<BackupContents> {
  const blobs = new FileBlobStore(parts.blobs);
  return readBackup(file, {
    begin: async () => undefined,
    table: (name, content) => pipeline(content, createWriteStream(rowFile(parts.rows, name), { mode: 0o600 })),
    async blob(_, content) {
      await blobs.put(content);
    },
  });
}
