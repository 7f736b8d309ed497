import type { BackupContents } from '../maintenance/backup-reader.js';
import { count, moment } from './format.js';

/** The contents of a backup in numbers. */
export function backupSummary({ backup, lacks }: BackupContents) {
  const rows = backup.tables.reduce((sum, table) => sum + table.rows, 0);
  return { createdAt: backup.createdAt, hub: backup.hub, rows, blobs: backup.blobs.length - lacks.length, lacks };
}

/** The contents of a backup as text. */
export function backupText(contents: BackupContents): string {
  const { createdAt, rows, blobs, lacks } = backupSummary(contents);
  const lost = lacks.map(({ sha256, by, fault }) => `\nwithout ${sha256.slice(0, 12)}, which was ${fault}: ${by}`);
  return `${count(rows)} rows and ${count(blobs)} blobs as of ${moment(createdAt)}, every hash checked${lost.join('')}`;
}
