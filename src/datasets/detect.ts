import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { HubError } from '../errors.js';
import { DATASET_BOUNDS, type DatasetBounds } from './bounds.js';
import { type Cifar10Format, Cifar10Source } from './cifar10.js';
import { BINARY_FORMAT } from './cifar10-binary.js';
import { PYTHON_FORMAT } from './cifar10-python.js';
import { FolderSource } from './folder-source.js';
import { quoted } from './names.js';
import type { Source } from './source.js';
import { isPacked, TarSource } from './tar-source.js';
import { ZipSource } from './zip-source.js';

/** A tar header is one block; its magic lies at byte 257. */
const HEAD_BYTES = 512;

/** A folder or an archive on this machine. Throws as `openArchive`. */
export async function openSource(path: string, bounds: DatasetBounds = DATASET_BOUNDS): Promise<Source> {
  const { isFolder } = await look(path);
  return isFolder ? new FolderSource(path, bounds) : openArchive(path, bounds);
}

/**
 * A zip, tar, tar.gz or tar.zst file, told by its content and never by its name; CIFAR-10's archives are recognised by their
 * folder's name. Throws NOT_FOUND, or DATASET_REFUSED for anything else, without naming the file: an upload's is ours.
 */
export async function openArchive(file: string, bounds: DatasetBounds = DATASET_BOUNDS): Promise<Source> {
  const { isFolder, bytes } = await look(file);
  if (isFolder) throw new HubError('DATASET_REFUSED', 'A folder was given where an archive is taken.');
  const head = await readHead(file);
  const magic = head.toString('latin1', 0, 4);
  if (magic === 'PK\x03\x04' || magic === 'PK\x05\x06') return new ZipSource(file, bounds);
  const isTar = head.toString('latin1', 257, 262) === 'ustar';
  if (!isPacked(head) && !isTar) {
    const message = 'The file is none of the archives that are taken: zip, tar, tar.gz or tar.zst.';
    throw new HubError('DATASET_REFUSED', message);
  }
  const tar = new TarSource(() => createReadStream(file), bounds, bytes);
  const form = await cifar10Form(tar);
  return form ? new Cifar10Source(tar, form) : tar;
}

async function look(path: string): Promise<{ isFolder: boolean; bytes: number }> {
  try {
    const found = await stat(path);
    return { isFolder: found.isDirectory(), bytes: found.size };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    throw new HubError('NOT_FOUND', `There is nothing at ${quoted(path)}.`);
  }
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Which form of CIFAR-10 the archive is, by where its first file lies: `cifar-10-batches-bin/data_batch_1.bin`. */
async function cifar10Form(tar: TarSource): Promise<Cifar10Format | undefined> {
  for await (const entry of tar.entries(new AbortController().signal)) {
    if (entry.kind !== 'file') continue;
    if (/^(?:\.\/)?cifar-10-batches-bin\//.test(entry.path)) return BINARY_FORMAT;
    return /^(?:\.\/)?cifar-10-batches-py\//.test(entry.path) ? PYTHON_FORMAT : undefined;
  }
  return undefined;
}
