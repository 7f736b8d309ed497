import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { working } from './working.js';

/** In place of the targets of links, which are paths of this machine. */
const LINK_TARGET = '.';

/**
 * Packs the files of a folder into a temporary tar archive, which is deleted after the work. Links are packed as links, which
 * the hub refuses or lists as rejected, so that nothing is missing in silence.
 */
export async function withPackedFolder<T>(folder: string, work: (archive: string) => Promise<T>): Promise<T> {
  const temporary = await mkdtemp(join(tmpdir(), 'hub-upload-'));
  try {
    const archive = join(temporary, `${basename(resolve(folder))}.tar`);
    await working(`Packing ${folder}`, async () => {
      const tar = pack();
      await Promise.all([pipeline(tar, createWriteStream(archive, { mode: 0o600 })), fill(tar, folder)]);
    });
    return await work(archive);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function fill(tar: Pack, folder: string): Promise<void> {
  try {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const name = relative(folder, path).replaceAll(sep, '/');
      if (entry.isSymbolicLink()) tar.entry({ name, type: 'symlink', linkname: LINK_TARGET });
      if (!entry.isFile()) continue;
      const { size } = await stat(path);
      await pipeline(createReadStream(path), tar.entry({ name, size }));
    }
    tar.finalize();
  } catch (error) {
    tar.destroy(error as Error);
    throw error;
  }
}
