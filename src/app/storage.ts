import { resolve } from 'node:path';
import { type Config, ROLES } from '../config.js';
import { HubError } from '../errors.js';
import { placeOf, settleLocation } from '../maintenance/blob-location.js';
import { type BlobPlace, openBlobs } from '../storage/blob-place.js';
import type { BlobStore } from '../storage/blobs.js';
import { type DataFolder, openDataFolder } from '../storage/data-folder.js';
import { type Database, openDatabase, type PrismaClient } from '../storage/database.js';
import { type DatabaseLock, lockDatabase } from '../storage/database-lock.js';
import type { Setup } from './setup.js';

/** The hub's persistent data. */
export interface Storage {
  readonly folder: DataFolder;
  readonly prisma: PrismaClient;
  readonly database: Database;
  readonly blobPlace: BlobPlace;
  readonly blobs: BlobStore;
  /** Whether other processes may share the database and the blobs. */
  readonly isShared: boolean;
  /** Aborted when another hub has taken the database. */
  readonly lost: AbortSignal;
}

/** Opens the data folder, which no other process may then open. */
export async function openFolder({ config, closing }: Setup): Promise<DataFolder> {
  const folder = await openDataFolder(resolve(config.data));
  closing.add(() => folder.close());
  return folder;
}

/** Opens the database and the blobs. */
export async function openStorage({ config, log, closing }: Setup, folder: DataFolder): Promise<Storage> {
  const { databaseUrl } = config;
  const lost = new AbortController();
  let lock: DatabaseLock | undefined;
  if (databaseUrl) {
    lock = await lockDatabase(databaseUrl, 'shared', (err) => {
      log.fatal({ err }, 'another hub has taken the database; this one stops');
      lost.abort();
    });
    closing.add(() => lock?.release());
  }
  const database = await openDatabase({ folder: folder.database, ...(databaseUrl ? { url: databaseUrl } : {}) });
  closing.add(() => database.close());
  const location = await settleLocation(database.client, folder, config.blobs);
  const isShared = lock !== undefined && location !== null;
  if (!isShared) requireAllRoles(config);
  if (lock && !isShared) await lock.change('alone');
  const blobPlace = placeOf(location, folder, config.blobCache * 1e9);
  const blobs = openBlobs(blobPlace);
  return { folder, database, prisma: database.client, blobPlace, blobs, isShared, lost: lost.signal };
}

/** @throws BAD_INPUT when a process that cannot share its data is to leave work to others. */
function requireAllRoles({ roles, databaseUrl }: Config): void {
  if (roles.size === ROLES.length) return;
  const missing = databaseUrl
    ? 'such place for its blobs (--blobs s3://bucket/prefix, or the path of a shared folder)'
    : 'database server (--database-url)';
  throw new HubError(
    'BAD_INPUT',
    `With --roles ${[...roles].join(',')} the other roles need processes of their own, which share a PostgreSQL database, and an S3 bucket or a folder. This hub has no ${missing}.`,
    { roles: [...roles] },
  );
}
