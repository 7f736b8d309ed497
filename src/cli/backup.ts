import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HubError } from '../errors.js';
import { BACKUP } from '../http/backup.js';
import { type BackupContents, readBackup } from '../schema/backup/backup.reader.js';
import { BackupService } from '../schema/backup/backup.service.js';
import { syncFolder } from '../storage/sync-folder.js';
import { type ConnectionOptions, connect } from './connection.js';
import { type DataOptions, withData } from './open-data.js';

export interface BackupFrom extends ConnectionOptions, DataOptions {
  /** Whether an address was given: then that hub is asked. */
  readonly isElsewhere: boolean;
}

/**
 * Writes a backup to a file that is not there yet, reads it again and compares every hash. A hub that has the data
 * folder open is asked for it; where none has, the folder itself is read.
 */
export async function backup(file: string, from: BackupFrom, onPhase: (text: string) => void): Promise<BackupContents> {
  const path = resolve(file);
  await refuseIfThere(path);
  const unfinished = `${path}.${randomUUID()}.part`;
  try {
    await save(unfinished, from);
    onPhase('Checking');
    const contents = await readBackup(unfinished);
    await refuseIfThere(path);
    await rename(unfinished, path);
    await syncFolder(dirname(path));
    return contents;
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function save(file: string, from: BackupFrom): Promise<void> {
  const write = (content: Readable | ReadableStream<Uint8Array>): Promise<void> => {
    return pipeline(content, createWriteStream(file, { mode: 0o600 }));
  };
  const ask = async (): Promise<void> => {
    const content = await (await connect(from)).download(BACKUP);
    await write(content).catch((error: unknown) => {
      if (!(error instanceof TypeError)) throw error; // fetch's word for a connection that was lost
      throw new HubError('HUB_UNREACHABLE', "The hub broke off while it sent the backup: the hub's log says why.");
    });
  };
  if (from.isElsewhere) await ask();
  else
    await readFolder(from, write).catch((error: unknown) => (isOpenElsewhere(error) ? ask() : Promise.reject(error)));
  const written = await open(file, 'r+');
  await written.sync().finally(() => written.close());
}

function readFolder(from: BackupFrom, write: (content: Readable) => Promise<void>): Promise<void> {
  return withData(from, async ({ prisma, blobs, paths: { temporary } }) => {
    await mkdir(temporary, { recursive: true });
    await write(await new BackupService({ prisma, blobs, temporary }).open());
  });
}

function isOpenElsewhere(error: unknown): boolean {
  return error instanceof HubError && error.code === 'DATA_FOLDER_LOCKED';
}

async function refuseIfThere(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new HubError('CONFLICT', `${path} is there already: a backup never replaces a file.`, { path });
}
