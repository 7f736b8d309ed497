import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { HubError } from '../errors.js';
import { DATASET_BOUNDS, type DatasetBounds } from './bounds.js';
import { DetectedSource } from './detected-source.js';
import { FolderSource } from './folder-source.js';
import { NAME_ENCODINGS, quoted } from './names.js';
import type { Source } from './source.js';
import { isCompressed, TarSource } from './tar-source.js';
import { ZipSource } from './zip-source.js';

/** A tar header is one block, with its magic at byte 257. */
const HEAD_BYTES = 512;

/** Opens a folder or an archive of this machine, as `openArchive` does. @throws as it. */
export async function openSource(
  path: string,
  bounds: DatasetBounds = DATASET_BOUNDS,
  nameEncoding?: string | null,
): Promise<Source> {
  const { isFolder } = await inspectPath(path);
  if (!isFolder) return openArchive(path, bounds, nameEncoding);
  requireNoEncoding(nameEncoding, 'a folder');
  return new DetectedSource(new FolderSource(path, bounds));
}

/**
 * Opens a zip, tar, tar.gz or tar.zst file, recognized by its content and never by its name; CIFAR-10 in it is recognized
 * by the names of its batches. @throws NOT_FOUND, or DATASET_REFUSED for other files; the message names no file,
 * since that of an upload is temporary. BAD_INPUT for an encoding that is unknown, or of another archive than a zip.
 * @param nameEncoding one of `NAME_ENCODINGS`, for names in a zip archive that are not marked as UTF-8.
 */
export async function openArchive(
  file: string,
  bounds: DatasetBounds = DATASET_BOUNDS,
  nameEncoding?: string | null,
): Promise<Source> {
  const { isFolder, bytes } = await inspectPath(file);
  if (isFolder) throw new HubError('DATASET_REFUSED', 'The path is a folder: give an archive.');
  const head = await readHead(file);
  const magic = head.toString('latin1', 0, 4);
  if (magic === 'PK\x03\x04' || magic === 'PK\x05\x06') {
    return new DetectedSource(new ZipSource(file, bounds, knownEncoding(nameEncoding)));
  }
  const isTar = head.toString('latin1', 257, 262) === 'ustar';
  if (!isCompressed(head) && !isTar) {
    const message = 'The file is not an archive that this hub reads: zip, tar, tar.gz or tar.zst.';
    throw new HubError('DATASET_REFUSED', message);
  }
  requireNoEncoding(nameEncoding, 'a tar archive');
  return new DetectedSource(new TarSource(() => createReadStream(file), bounds, bytes));
}

function knownEncoding(name: string | null | undefined): string | undefined {
  const known = NAME_ENCODINGS.find((encoding) => encoding === name?.toLowerCase());
  if (known !== undefined || name == null) return known;
  const message = `nameEncoding must be one of ${NAME_ENCODINGS.join(', ')}; received ${quoted(name)}.`;
  throw new HubError('BAD_INPUT', message, { received: name });
}

function requireNoEncoding(name: string | null | undefined, source: string): void {
  if (name == null) return;
  throw new HubError('BAD_INPUT', `nameEncoding is for zip archives, but the source is ${source}: leave it out.`);
}

async function inspectPath(path: string): Promise<{ isFolder: boolean; bytes: number }> {
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
