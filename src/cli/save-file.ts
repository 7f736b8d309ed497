import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HubError } from '../errors.js';
import { syncFolder } from '../storage/sync-folder.js';
import type { Download } from './client.js';

/**
 * Writes a new file, which gets its name once all of it is on disk.
 * @param write writes to the given temporary path.
 * @returns the result of `write`. @throws CONFLICT when the file exists.
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

/** Writes a stream to a file that only its owner can read. */
export function writeTo(file: string, content: Readable | ReadableStream<Uint8Array>): Promise<void> {
  return pipeline(content, createWriteStream(file, { mode: 0o600 }));
}

/** Writes the body of a hub's response to a file. @throws HUB_UNREACHABLE when the connection breaks. */
export async function receive(file: string, { body }: Pick<Download, 'body'>): Promise<void> {
  await writeTo(file, body).catch((error: unknown) => {
    if (!(error instanceof TypeError)) throw error; // fetch's error for a lost connection
    throw new HubError('HUB_UNREACHABLE', "The connection broke during the download: the hub's log says why.");
  });
}

async function refuseIfThere(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new HubError('CONFLICT', `${path} exists: hub never replaces a file.`, { path });
}
