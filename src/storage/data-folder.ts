import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { z } from 'zod';
import { HubError } from '../errors.js';
import { incomingFolder } from './file-blobs.js';
import { writePrivateFile } from './private-file.js';

/** Where a hub keeps everything. While it is open, no other process can open it. */
export interface DataFolder {
  /** Absolute, as are the others. */
  readonly path: string;
  readonly blobs: string;
  readonly database: string;
  /** For files that need not outlive the hub. */
  readonly temporary: string;
  /** Lets others open the folder. Close what uses it first. */
  close(): Promise<void>;
}

const LOCK = 'hub.lock';
/** Beside the lock, not in it: on Windows nobody else can read a locked file. */
const OWNER = 'hub.owner.json';
/** What is in a folder that nothing but a lock was made in. */
export const LOCK_FILES: readonly string[] = [LOCK, OWNER];

const ownerSchema = z.object({ pid: z.int(), host: z.string(), startedAt: z.iso.datetime() });

/** Where a data folder has what; the folder itself is resolved. */
export function dataPaths(path: string): Omit<DataFolder, 'close'> {
  const root = resolve(path);
  return { path: root, blobs: join(root, 'blobs'), database: join(root, 'database'), temporary: join(root, 'tmp') };
}

/**
 * Keeps other processes from opening a data folder that is there.
 * @returns how to let go of it. @throws DATA_FOLDER_LOCKED when another process has it open, and says which.
 */
export async function lockDataFolder(root: string): Promise<() => Promise<void>> {
  // A plain descriptor: a FileHandle that nobody refers to any more would be closed, and the lock lost with it.
  const lock = openSync(join(root, LOCK), 'a', 0o600);
  if (!tryLock(lock)) {
    closeSync(lock);
    throw await locked(root);
  }
  const ownerFile = join(root, OWNER);
  // The operating system drops the lock with the descriptor, as it does when the process dies.
  const unlock = async (): Promise<void> => {
    await rm(ownerFile, { force: true });
    closeSync(lock);
  };
  try {
    const owner = { pid: process.pid, host: hostname(), startedAt: new Date().toISOString() };
    await writePrivateFile(ownerFile, `${JSON.stringify(owner)}\n`);
  } catch (error) {
    await unlock();
    throw error;
  }
  return unlock;
}

/**
 * Opens a data folder for this process alone, and makes it when there is none, readable by its owner only. What
 * interrupted processes left unfinished in it is removed.
 * @throws DATA_FOLDER_LOCKED when another hub has it open, and says which.
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const folder = dataPaths(path);
  await mkdir(folder.path, { recursive: true, mode: 0o700 });
  const unlock = await lockDataFolder(folder.path);
  try {
    for (const leftover of [folder.temporary, incomingFolder(folder.blobs)]) {
      await rm(leftover, { recursive: true, force: true });
    }
    for (const needed of [folder.blobs, folder.database, folder.temporary]) await mkdir(needed, { recursive: true });
  } catch (error) {
    await unlock();
    throw error;
  }
  return { ...folder, close: unlock };
}

async function locked(folder: string): Promise<HubError> {
  const owner = await readFile(join(folder, OWNER), 'utf8')
    .then((text) => ownerSchema.parse(JSON.parse(text)))
    .catch(() => null);
  const who = owner ? `process ${owner.pid} on ${owner.host}, running since ${owner.startedAt}` : 'another process';
  const message = `The data folder ${folder} is open in ${who}. Two hubs on one folder would lose data; stop that one, or give this one a folder of its own.`;
  return new HubError('DATA_FOLDER_LOCKED', message, { folder, owner });
}
