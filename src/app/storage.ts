import { resolve } from 'node:path';
import { placeOf, settleLocation } from '../maintenance/blob-location.js';
import { type BlobPlace, openBlobs } from '../storage/blob-place.js';
import type { BlobStore } from '../storage/blobs.js';
import { type DataFolder, openDataFolder } from '../storage/data-folder.js';
import { type Database, openDatabase, type PrismaClient } from '../storage/database.js';
import { lockDatabase } from '../storage/database-lock.js';
import type { Setup } from './setup.js';

/** The hub's persistent data. */
export interface Storage {
  readonly folder: DataFolder;
  readonly prisma: PrismaClient;
  readonly database: Database;
  readonly blobPlace: BlobPlace;
  readonly blobs: BlobStore;
  /** Aborted when another hub has taken the database. */
  readonly lost: AbortSignal;
}

/** Opens the data folder, the database and the blobs. */
export async function openStorage({ config, log, closing }: Setup): Promise<Storage> {
  const folder = await openDataFolder(resolve(config.data));
  closing.add(() => folder.close());
  const { databaseUrl } = config;
  const lost = new AbortController();
  if (databaseUrl) {
    const lock = await lockDatabase(databaseUrl, (err) => {
      log.fatal({ err }, 'another hub has taken the database; this one stops');
      lost.abort();
    });
    closing.add(() => lock.release());
  }
  const database = await openDatabase({ folder: folder.database, ...(databaseUrl ? { url: databaseUrl } : {}) });
  closing.add(() => database.close());
  const bucket = await settleLocation(database.client, folder, config.blobs);
  const blobPlace = placeOf(bucket, folder, config.blobCache * 1e9);
  return { folder, database, prisma: database.client, blobPlace, blobs: openBlobs(blobPlace), lost: lost.signal };
}
