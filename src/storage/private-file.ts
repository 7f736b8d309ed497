import { open, rename } from 'node:fs/promises';

/** Writes a file that only its owner may read (mode 600 where modes exist), durably and atomically. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
