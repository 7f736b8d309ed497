import { HubError } from '../errors.js';
import { placeOf, recordedLocation } from '../maintenance/blob-location.js';
import { openBlobs } from '../storage/blob-place.js';
import type { BlobStore } from '../storage/blobs.js';
import { type DataFolder, dataPaths, lockDataFolder } from '../storage/data-folder.js';
import { inspectDatabase, type PrismaClient } from '../storage/database.js';
import { type DatabaseLock, lockDatabase } from '../storage/database-lock.js';
import { isDatabase } from '../storage/embedded-postgres.js';

/** A data folder that no hub has open. */
export interface DataOptions {
  readonly data: string;
  /** PostgreSQL that the hub uses instead of the embedded database. */
  readonly databaseUrl?: string | undefined;
}

/** A data folder opened by this process. */
export interface OpenData {
  readonly paths: Omit<DataFolder, 'close'>;
  readonly prisma: PrismaClient;
  /** The bucket or shared folder with the blobs; null when they are in the data folder. */
  readonly shared: string | null;
  readonly blobs: BlobStore;
}

/**
 * Opens a data folder without a hub, locked against hubs meanwhile. Changes nothing by itself.
 * @throws NOT_FOUND when it holds no data of a hub; DATA_FOLDER_LOCKED when a hub has it open; CONFLICT when a hub runs on the
 * database, or when an older hub wrote the data.
 */
export async function withData<T>(
  { data, databaseUrl }: DataOptions,
  work: (open: OpenData) => Promise<T>,
): Promise<T> {
  const paths = dataPaths(data);
  if (databaseUrl === undefined && !(await isDatabase(paths.database))) {
    const message = `There is no hub data in ${paths.path}: give the data folder with --data.`;
    throw new HubError('NOT_FOUND', message, { folder: paths.path });
  }
  const unlock = await lockDataFolder(paths.path);
  let lock: DatabaseLock | undefined;
  try {
    if (databaseUrl !== undefined) lock = await lockDatabase(databaseUrl, 'alone', () => undefined);
    const database = await inspectDatabase({ folder: paths.database, url: databaseUrl });
    try {
      refuseUnlessCurrent(database.lacks);
      const shared = await recordedLocation(database.client);
      const blobs = openBlobs(placeOf(shared, paths, 0));
      return await work({ paths, prisma: database.client, shared, blobs });
    } finally {
      await database.close();
    }
  } finally {
    await lock?.release();
    await unlock();
  }
}

function refuseUnlessCurrent([lacking]: readonly string[]): void {
  if (lacking === undefined) return;
  const message = `An older hub wrote the data (${lacking} is missing): use that version, or run "hub start" to upgrade the data.`;
  throw new HubError('CONFLICT', message, { migration: lacking });
}
