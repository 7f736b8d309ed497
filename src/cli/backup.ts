import { mkdir } from 'node:fs/promises';
import { HubError } from '../errors.js';
import { BACKUP } from '../http/backup.js';
import { type BackupContents, readBackup } from '../maintenance/backup-reader.js';
import { BackupService } from '../maintenance/backup-service.js';
import { type ConnectionOptions, connect } from './connection.js';
import { type DataOptions, withData } from './open-data.js';
import { receive, saveFile, writeTo } from './save-file.js';

export interface BackupFrom extends ConnectionOptions, DataOptions {
  /** Whether an address was given: then that hub is asked. */
  readonly isElsewhere: boolean;
}

/**
 * Writes a backup to a file that is not there yet, reads it again and compares every hash. A hub that has the data
 * folder open is asked for it; where none has, the folder itself is read.
 */
export async function backup(file: string, from: BackupFrom, onPhase: (text: string) => void): Promise<BackupContents> {
  return saveFile(file, async (unfinished) => {
    await save(unfinished, from);
    onPhase('Checking');
    return readBackup(unfinished);
  });
}

async function save(file: string, from: BackupFrom): Promise<void> {
  const ask = async (): Promise<void> => receive(file, await (await connect(from)).download(BACKUP));
  if (from.isElsewhere) return ask();
  await readFolder(from, file).catch((error: unknown) => (isOpenElsewhere(error) ? ask() : Promise.reject(error)));
}

function readFolder(from: BackupFrom, file: string): Promise<void> {
  return withData(from, async ({ prisma, blobs, paths: { temporary } }) => {
    await mkdir(temporary, { recursive: true });
    await writeTo(file, await new BackupService({ prisma, blobs, temporary }).open());
  });
}

function isOpenElsewhere(error: unknown): boolean {
  return error instanceof HubError && error.code === 'DATA_FOLDER_LOCKED';
}
