import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes additions, renames and removals in a folder durable. Windows has no such call. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform !== 'win32') await sync(path, 'r');
}

/** Makes a folder and everything in it durable. */
export async function syncTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const own = join(path, entry.name);
    await (entry.isDirectory() ? syncTree(own) : sync(own, 'r+'));
  }
  await syncFolder(path);
}

async function sync(path: string, flags: string): Promise<void> {
  const opened = await open(path, flags);
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
