import { resolve } from 'node:path';
import { type DataFolder, openDataFolder } from '../storage/data-folder.js';
import { openDatabase, type PrismaClient } from '../storage/database.js';
import { FileBlobStore } from '../storage/file-blobs.js';
import type { Setup } from './setup.js';

/** Everything that outlives the hub. */
export interface Storage {
  readonly folder: DataFolder;
  readonly prisma: PrismaClient;
  /** The kind of database, for the log. */
  readonly databaseKind: string;
  readonly blobs: FileBlobStore;
}

/** Opens the data folder, the database and the blobs. */
export async function openStorage({ config, closing }: Setup): Promise<Storage> {
  const folder = await openDataFolder(resolve(config.data));
  closing.add(() => folder.close());
  const { databaseUrl } = config;
  const database = await openDatabase({ folder: folder.database, ...(databaseUrl ? { url: databaseUrl } : {}) });
  closing.add(() => database.close());
  const { client: prisma, kind: databaseKind } = database;
  return { folder, prisma, databaseKind, blobs: new FileBlobStore(folder.blobs) };
}
