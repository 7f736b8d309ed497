import { rm } from 'node:fs/promises';
import { unusedFiles } from '../maintenance/unused-files.js';
import type { StoredFile } from '../storage/file-blobs.js';
import type { OpenData } from './open-data.js';

export interface Collected {
  readonly files: number;
  readonly bytes: number;
  /** Unused as well, but left. */
  readonly tooYoung: number;
}

/**
 * Deletes what nothing refers to. All is looked at before anything is deleted.
 * @param minAge hours; what was changed since then stays: its writer may be a worker that has not noticed that its hub
 * is gone. @param dryRun whether nothing is deleted.
 */
export async function collect({ prisma, blobs }: OpenData, minAge: number, dryRun: boolean): Promise<Collected> {
  const before = Date.now() - minAge * 3_600_000;
  const unused: StoredFile[] = [];
  for await (const file of unusedFiles(prisma, blobs)) unused.push(file);
  const old = unused.filter(({ changed }) => changed.getTime() <= before);
  if (!dryRun) for (const { path } of old) await rm(path, { force: true });
  const size = old.reduce((sum, { bytes }) => sum + bytes, 0);
  return { files: old.length, bytes: size, tooYoung: unused.length - old.length };
}
