import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HubError } from '../errors.js';
import { syncFolder } from '../storage/sync-folder.js';

/**
 * Writes a file that is not there yet. It gets its name when all of it is on the disk.
 * @param write to the path that it is given.
 * @returns what `write` does. @throws CONFLICT when the file is there.
 */
export async function saveFile<T>(file: string, write: (unfinished: string) => Promise<T>): Promise<T> {
  const path = resolve(file);
  await refuseIfThere(path);
  const unfinished = `${path}.${randomUUID()}.part`;
  try {
    const result = await write(unfinished);
    const written = await open(unfinished, 'r+');
    await written.sync().finally(() => written.close());
    await refuseIfThere(path);
    await rename(unfinished, path);
    await syncFolder(dirname(path));
    return result;
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Writes what comes, for its owner only. */
export function writeTo(file: string, content: Readable | ReadableStream<Uint8Array>): Promise<void> {
  return pipeline(content, createWriteStream(file, { mode: 0o600 }));
}

/** The same with what a hub sends. @throws HUB_UNREACHABLE when it breaks off. */
export async function receive(file: string, response: Response): Promise<void> {
  await writeTo(file, response.body as ReadableStream<Uint8Array>).catch((error: unknown) => {
    if (!(error instanceof TypeError)) throw error; // fetch's word for a connection that was lost
    throw new HubError('HUB_UNREACHABLE', "The hub broke off while it sent the file: the hub's log says why.");
  });
}

async function refuseIfThere(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new HubError('CONFLICT', `${path} is there already: hub never replaces a file.`, { path });
}
