import { HubError } from '../errors.js';
import { type DataFolder, dataPaths, lockDataFolder } from '../storage/data-folder.js';
import { inspectDatabase, type PrismaClient } from '../storage/database.js';
import { isDatabase } from '../storage/embedded-postgres.js';
import { FileBlobStore } from '../storage/file-blobs.js';

/** Where data lie that no hub has open. */
export interface DataOptions {
  readonly data: string;
  /** PostgreSQL that the hub uses instead of the embedded database. */
  readonly databaseUrl?: string | undefined;
}

/** A data folder that is this process's own. */
export interface OpenData {
  readonly paths: Omit<DataFolder, 'close'>;
  readonly prisma: PrismaClient;
  readonly blobs: FileBlobStore;
}

/**
 * Works on a data folder without a hub, and keeps hubs out meanwhile. Nothing in it is changed.
 * @throws NOT_FOUND when no hub has made it, DATA_FOLDER_LOCKED, CONFLICT when hub and data are of different versions.
 */
export async function withData<T>(
  { data, databaseUrl }: DataOptions,
  work: (open: OpenData) => Promise<T>,
): Promise<T> {
  const paths = dataPaths(data);
  if (databaseUrl === undefined && !(await isDatabase(paths.database))) {
    const message = `There is no hub's data in ${paths.path}: say where they are with --data.`;
    throw new HubError('NOT_FOUND', message, { folder: paths.path });
  }
  const unlock = await lockDataFolder(paths.path);
  try {
    const database = await inspectDatabase({ folder: paths.database, url: databaseUrl });
    try {
      refuseUnlessCurrent(database.lacks);
      return await work({ paths, prisma: database.client, blobs: new FileBlobStore(paths.blobs) });
    } finally {
      await database.close();
    }
  } finally {
    await unlock();
  }
}

function refuseUnlessCurrent([lacking]: readonly string[]): void {
  if (lacking === undefined) return;
  const message = `The data are of an older hub, without ${lacking}: use that one, or let "hub start" bring them up to date.`;
  throw new HubError('CONFLICT', message, { migration: lacking });
}
