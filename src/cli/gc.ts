import { unusedFiles } from '../maintenance/unused-files.js';
import type { StoredFile } from '../storage/blobs.js';
import type { OpenData } from './open-data.js';

export interface CollectedFiles {
  readonly files: number;
  readonly bytes: number;
  /** Unused files that were kept because they changed recently. */
  readonly tooYoung: number;
}

/**
 * Deletes files that nothing refers to, after all files were examined.
 * @param minAge hours; files that changed since are kept, since a worker whose hub died may still be writing them.
 * @param dryRun whether to delete nothing.
 */
export async function collectGarbage(
  { prisma, blobs }: OpenData,
  minAge: number,
  dryRun: boolean,
): Promise<CollectedFiles> {
  const before = Date.now() - minAge * 3_600_000;
  const unused: StoredFile[] = [];
  for await (const file of unusedFiles(prisma, blobs)) unused.push(file);
  const old = unused.filter(({ changed }) => changed.getTime() <= before);
  if (!dryRun) for (const file of old) await blobs.discard(file);
  const size = old.reduce((sum, { bytes }) => sum + bytes, 0);
  return { files: old.length, bytes: size, tooYoung: unused.length - old.length };
}
