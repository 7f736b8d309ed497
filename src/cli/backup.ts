import { mkdir } from 'node:fs/promises';
import { HubError } from '../errors.js';
import { BACKUP } from '../http/backup.js';
import { type BackupContents, readBackup } from '../maintenance/backup-reader.js';
import { BackupService } from '../maintenance/backup-service.js';
import { type ConnectionOptions, connect } from './connection.js';
import { type DataOptions, withData } from './open-data.js';
import { receive, saveFile, writeTo } from './save-file.js';

export interface BackupFrom extends ConnectionOptions, DataOptions {
  /** Whether an address was given; then that hub makes the backup. */
  readonly isElsewhere: boolean;
}

/**
 * Writes a backup to a new file, then reads it again and verifies every hash. The data folder is read directly, or by the
 * hub that has it open.
 * @throws CONFLICT when the file exists.
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
