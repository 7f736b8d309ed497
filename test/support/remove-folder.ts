import { readdir, readlink, rm } from 'node:fs/promises';
import { sep } from 'node:path';
import pRetry from 'p-retry';

/** The folder in which Linux shows the open files of a process as links. */
const OPEN_FILES = '/proc/self/fd';

/** Files in a folder that this process has open; none on systems that do not show them. */
async function openFiles(folder: string): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const numbers = await readdir(OPEN_FILES);
  const paths = await Promise.all(numbers.map((number) => readlink(`${OPEN_FILES}/${number}`).catch(() => '')));
  return paths.filter((path) => path.startsWith(folder + sep));
}

/** Deletes a folder. @throws when this process still has a file in it open, which only the garbage collector would close. */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await pRetry(() => refuseOpenFiles(folder), { retries: 100, minTimeout: 20, factor: 1 });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function refuseOpenFiles(folder: string): Promise<void> {
  const open = await openFiles(folder);
  if (open.length > 0) throw new Error(`${open.length} files left open: ${open.slice(0, 5).join(', ')}`);
}
