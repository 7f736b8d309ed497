import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Source } from '../../src/datasets/source.js';
import { TarSource } from '../../src/datasets/tar-source.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { removeFolder } from '../support/remove-folder.js';
import { type Files, tarOf } from './archives.js';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-datasets-'));
  onTestFinished(() => removeFolder(folder));
  return folder;
}

export async function fileOf(content: Buffer): Promise<string> {
  const file = join(await temporaryFolder(), 'upload');
  await writeFile(file, content);
  return file;
}

export async function folderOf(files: Files): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, data] of Object.entries(files)) {
    const file = join(folder, ...name.split('/'));
    await mkdir(data === null ? file : dirname(file), { recursive: true });
    if (data !== null) await writeFile(file, data);
  }
  return folder;
}

/** The quickest way from files to a source. */
export async function sourceOf(files: Files): Promise<Source> {
  const file = await fileOf(await tarOf(files));
  return new TarSource(() => createReadStream(file));
}

export interface TemporaryStore {
  readonly blobs: FileBlobStore;
  /** Names of all files that the store holds. */
  files(): Promise<string[]>;
}

export async function temporaryStore(): Promise<TemporaryStore> {
  const folder = await temporaryFolder();
  const files = async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  };
  return { blobs: new FileBlobStore(folder), files };
}
