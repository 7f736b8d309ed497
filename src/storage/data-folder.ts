import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { z } from 'zod';
import { HubError, toHubError } from '../errors.js';
import { incomingFolder } from './file-blobs.js';
import { writePrivateFile } from './private-file.js';

/** The folder with all data of a hub, open in this process alone. */
export interface DataFolder {
  /** Absolute, like the other paths. */
  readonly path: string;
  readonly blobs: string;
  /** Folder of the copies of blobs that are in a bucket or a shared folder. */
  readonly copies: string;
  readonly database: string;
  /** Folder of the networks that were built for this machine's processor. */
  readonly networks: string;
  /** File with the speeds of engines on this machine. */
  readonly speeds: string;
  /** Folder of files that need not outlive the process. */
  readonly temporary: string;
  /** Releases the folder. Close the database and everything else in it first. */
  close(): Promise<void>;
}

const LOCK = 'hub.lock';
/** Beside the lock, not in it: on Windows no other process can read a locked file. */
const OWNER = 'hub.owner.json';
/** Files of a folder that has only been locked. */
export const LOCK_FILES: readonly string[] = [LOCK, OWNER];

const ownerSchema = z.object({ pid: z.int(), host: z.string(), startedAt: z.iso.datetime(), url: z.url().optional() });

/** Absolute paths of the parts of a data folder. */
export function dataPaths(path: string): Omit<DataFolder, 'close'> {
  const root = resolve(path);
  return {
    path: root,
    blobs: join(root, 'blobs'),
    copies: join(root, 'blob-copies'),
    database: join(root, 'database'),
    networks: join(root, 'networks'),
    speeds: join(root, 'engine-speeds.json'),
    temporary: join(root, 'tmp'),
  };
}

/**
 * Locks an existing data folder against other processes.
 * @returns the function that unlocks it. @throws DATA_FOLDER_LOCKED with the process that has it open.
 */
export async function lockDataFolder(root: string): Promise<() => Promise<void>> {
  // A plain descriptor: an unreferenced FileHandle would be closed by the garbage collector, and the lock lost with it.
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
    await writeOwner(root, { pid: process.pid, host: hostname(), startedAt: new Date().toISOString() });
  } catch (error) {
    await unlock();
    throw error;
  }
  return unlock;
}

/**
 * Opens a data folder for this process alone, and creates it if necessary, readable by its owner only. Unfinished files
 * of interrupted processes are removed.
 * @throws DATA_FOLDER_LOCKED with the process that has it open; BAD_INPUT for a folder that cannot be used.
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const folder = dataPaths(path);
  await createDataFolder(folder.path);
  const unlock = await lockDataFolder(folder.path).catch((error: unknown) => {
    throw unusable(folder.path, error);
  });
  try {
    for (const leftover of [folder.temporary, incomingFolder(folder.blobs), incomingFolder(folder.copies)]) {
      await rm(leftover, { recursive: true, force: true });
    }
    for (const needed of [folder.blobs, folder.database, folder.temporary]) await mkdir(needed, { recursive: true });
  } catch (error) {
    await unlock();
    throw error;
  }
  return { ...folder, close: unlock };
}

/** Creates a data folder, readable by its owner only, unless it is there. @throws BAD_INPUT, naming it. */
export async function createDataFolder(path: string): Promise<void> {
  await makeFolder(path).catch((error: unknown) => {
    throw unusable(path, error);
  });
}

/** Creates a folder and the folders above it. Node's own `recursive` never ends where a file system refuses new folders. */
async function makeFolder(path: string): Promise<void> {
  const make = () => mkdir(path, { mode: 0o700 });
  try {
    await make();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isFolder = async (folder: string): Promise<boolean> =>
      (await stat(folder).catch(() => null))?.isDirectory() === true;
    if (await isFolder(path)) return;
    if (code !== 'ENOENT' || (await isFolder(dirname(path)))) throw error;
    await makeFolder(dirname(path));
    await make();
  }
}

/** A system error about the folder itself, in a sentence. */
function unusable(folder: string, error: unknown): unknown {
  const known = toHubError(error);
  if (known instanceof HubError || !(error instanceof Error) || !('syscall' in error)) return known;
  const { code } = error as NodeJS.ErrnoException;
  const message = `The data folder ${folder} cannot be used (${code}): name a folder that you may write, with --data.`;
  return new HubError('BAD_INPUT', message, { folder });
}

/** Notes at which address the hub answers that has the folder open, for commands on this machine. */
export async function noteAddress(root: string, url: string): Promise<void> {
  const owner = await readOwner(root);
  if (owner) await writeOwner(root, { ...owner, url });
}

/** The address of the hub of this machine that has a data folder open, or had when it was killed; null where it is not known. */
export async function addressOf(root: string): Promise<string | null> {
  const owner = await readOwner(root);
  return owner?.host === hostname() ? (owner.url ?? null) : null;
}

function writeOwner(root: string, owner: z.infer<typeof ownerSchema>): Promise<void> {
  return writePrivateFile(join(root, OWNER), `${JSON.stringify(owner)}\n`);
}

async function readOwner(root: string): Promise<z.infer<typeof ownerSchema> | null> {
  return readFile(join(root, OWNER), 'utf8')
    .then((text) => ownerSchema.parse(JSON.parse(text)))
    .catch(() => null);
}

async function locked(folder: string): Promise<HubError> {
  const owner = await readOwner(folder);
  const who = owner ? `process ${owner.pid} on ${owner.host}, running since ${owner.startedAt}` : 'another process';
  const message = `The data folder ${folder} is open in ${who}. Two hubs on one folder would lose data; stop that one, or give this one a folder of its own.`;
  return new HubError('DATA_FOLDER_LOCKED', message, { folder, owner });
}
