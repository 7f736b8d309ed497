import { createHash, randomUUID } from 'node:crypto';
import { readSync } from 'node:fs';
import { access, type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { HubError } from '../errors.js';
import type { BlobRef, BlobStore, OpenBlob, StoredFile } from './blobs.js';
import { syncFolder } from './sync-folder.js';

const SHA256_PATTERN = /^[0-9a-f]{64}$/;
/** Bytes per read while a blob is checked. */
const READ_BYTES = 1024 * 1024;

/** The folder of incomplete blobs. Files in it while no process writes are leftovers of a process that died. */
export function incomingFolder(blobFolder: string): string {
  return join(blobFolder, 'incoming');
}

/**
 * Blobs as files, named `ab/cdef...` by their hash. Several processes may use one folder at the same time: a blob
 * appears under its name complete or not at all, and never changes.
 */
export class FileBlobStore implements BlobStore {
  #keepers = 0;

  /** @param isDurable whether blobs survive a loss of power; copies of other blobs need not. */
  constructor(
    private readonly folder: string,
    private readonly isDurable = true,
  ) {}

  get isKept(): boolean {
    return this.#keepers > 0;
  }

  keep(): () => void {
    this.#keepers += 1;
    return () => {
      this.#keepers -= 1;
    };
  }

  async *list(): AsyncGenerator<StoredFile> {
    for (const entry of await readdir(this.folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const [, prefix = '', rest = ''] = /^([0-9a-f]{2})[\\/]([0-9a-f]{62})$/.exec(relative(this.folder, path)) ?? [];
      const found = await stat(path).catch(() => null); // it may be gone by now
      if (!found) continue;
      const isUnfinished = entry.parentPath === incomingFolder(this.folder);
      yield { path, sha256: prefix + rest || null, isUnfinished, bytes: found.size, changed: found.mtime };
    }
  }

  async put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<BlobRef> {
    const incoming = incomingFolder(this.folder);
    await mkdir(incoming, { recursive: true });
    const temporary = join(incoming, randomUUID());
    const file = await open(temporary, 'wx', 0o600);
    try {
      const ref = await write(file, content, this.isDurable).finally(() => file.close());
      await this.#publish(temporary, this.pathOf(ref.sha256));
      return ref;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async get(sha256: string): Promise<Buffer> {
    const content = await readFile(this.pathOf(sha256)).catch(orNotFound(sha256));
    checkHash(sha256, createHash('sha256').update(content).digest('hex'));
    return content;
  }

  async open(sha256: string): Promise<OpenBlob> {
    const file = await open(this.pathOf(sha256), 'r').catch(orNotFound(sha256));
    try {
      const hash = createHash('sha256');
      const chunks = file.createReadStream({ start: 0, autoClose: false, highWaterMark: READ_BYTES });
      for await (const chunk of chunks) hash.update(chunk);
      checkHash(sha256, hash.digest('hex'));
      const { size } = await file.stat();
      return { bytes: size, read: (target, position) => readFully(file, target, position), close: () => file.close() };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async has(sha256: string): Promise<boolean> {
    return exists(this.pathOf(sha256));
  }

  async delete(sha256: string): Promise<void> {
    if (this.#keepers > 0) return;
    await rm(this.pathOf(sha256), { force: true });
  }

  erase(sha256: string): Promise<void> {
    return this.delete(sha256);
  }

  async *deleted(): AsyncGenerator<StoredFile> {}

  async discard({ path }: StoredFile): Promise<void> {
    await rm(path, { force: true });
  }

  async #publish(temporary: string, path: string): Promise<void> {
    const folder = dirname(path);
    if ((await mkdir(folder, { recursive: true })) && this.isDurable) await syncFolder(this.folder);
    // Also when the blob exists: it may have been damaged since.
    await rename(temporary, path).catch(async (error: unknown) => {
      // Windows refuses to replace a file that is in use.
      if (!(await exists(path))) throw error;
    });
    // Also when it existed: the process that put it may have died before this.
    if (this.isDurable) await syncFolder(folder);
  }

  /** The file of a blob, which need not exist. @throws BAD_INPUT for what is no hash. */
  pathOf(sha256: string): string {
    if (!SHA256_PATTERN.test(sha256)) {
      throw new HubError('BAD_INPUT', 'A blob is named by 64 lower-case hexadecimal digits.', { received: sha256 });
    }
    return join(this.folder, sha256.slice(0, 2), sha256.slice(2));
  }
}

/** Writes and hashes the content, and syncs it if told to. */
async function write(
  file: FileHandle,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  isDurable: boolean,
): Promise<BlobRef> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    hash.update(chunk);
    bytes += chunk.length;
    await file.writeFile(chunk); // continues at the current position
  }
  if (isDurable) await file.sync();
  return { sha256: hash.digest('hex'), bytes };
}

function readFully(file: FileHandle, target: Uint8Array, position: number): void {
  let filled = 0;
  while (filled < target.length) {
    const got = readSync(file.fd, target, filled, target.length - filled, position + filled);
    if (got === 0) {
      throw new RangeError(`The blob ends ${target.length - filled} bytes before the end of this read.`);
    }
    filled += got;
  }
}

function checkHash(expected: string, actual: string): void {
  if (actual === expected) return;
  throw new HubError('BLOB_CORRUPT', `The blob ${expected} no longer has the content it was stored with.`, { actual });
}

function orNotFound(sha256: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new HubError('NOT_FOUND', `There is no blob ${sha256}.`, { sha256 });
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
