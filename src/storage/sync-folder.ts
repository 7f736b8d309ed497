import { open } from 'node:fs/promises';

/** Makes names that were added to, renamed in or removed from a folder durable. Windows has no such call. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
