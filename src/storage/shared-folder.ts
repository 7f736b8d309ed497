import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { HubError } from '../errors.js';
import { FileBlobStore, incomingFolder } from './file-blobs.js';
import { writePrivateFile } from './private-file.js';
import { DELETED, type SharedObject, type SharedObjects } from './shared-objects.js';

/** File that names the database whose blobs are in the folder. Without it a mount point is only that. */
const OWNER = 'owner';

/**
 * The files of a folder that several machines mount. A file gets its name when it is complete and synced, so that any number of
 * processes may write. Where the folder is not mounted its path is an empty folder, or none: nothing is then stored there, and
 * no file is taken for lost.
 */
export class SharedFolder implements SharedObjects {
  readonly #files: FileBlobStore;

  /** @param url its absolute path. */
  constructor(readonly url: string) {
    this.#files = new FileBlobStore(url);
  }

  async put(key: string, file: string, sha256: string): Promise<void> {
    await this.#requireMounted();
    await this.#try(`storing ${key}`, async () => {
      const stored = await this.#files.put(createReadStream(file));
      if (stored.sha256 !== sha256) throw new Error(`${file} was damaged meanwhile`);
    });
    await this.#requireMounted(); // it may have gone meanwhile, and what is stored in its place is lost when it is back
  }

  putText(key: string, text: string): Promise<void> {
    return this.#try(`storing ${key}`, async () => {
      const incoming = incomingFolder(this.url);
      await mkdir(incoming, { recursive: true });
      const temporary = join(incoming, randomUUID());
      await writePrivateFile(temporary, text);
      await rename(temporary, this.#pathOf(key));
    });
  }

  async get(key: string): Promise<AsyncIterable<Uint8Array> | null> {
    const file = await this.#try(`reading ${key}`, () => open(this.#pathOf(key)).catch(nullIfMissing));
    if (file) return file.createReadStream();
    await this.#requireMounted();
    return null;
  }

  getText(key: string): Promise<string | null> {
    return this.#try(`reading ${key}`, async () => {
      await access(this.url, constants.R_OK | constants.W_OK);
      return readFile(this.#pathOf(key), 'utf8').catch(nullIfMissing);
    });
  }

  async has(key: string): Promise<boolean> {
    const found = await this.#try(`looking for ${key}`, () => stat(this.#pathOf(key)).catch(nullIfMissing));
    if (!found) await this.#requireMounted();
    return found !== null;
  }

  /** The time of its last change becomes that of its deletion. */
  async setAside(key: string): Promise<void> {
    await this.#try(`deleting ${key}`, async () => {
      const now = new Date();
      await utimes(this.#pathOf(key), now, now).catch(nullIfMissing);
      await this.#move(key, DELETED + key);
    });
  }

  async restore(key: string): Promise<boolean> {
    const isBack = await this.#try(`restoring ${key}`, () => this.#move(DELETED + key, key));
    if (!isBack) await this.#requireMounted();
    return isBack;
  }

  async delete(key: string): Promise<void> {
    await this.#try(`deleting ${key}`, () => rm(this.#pathOf(key), { force: true }));
  }

  /** With `DELETED` also what processes that died have not finished. */
  async *list(start = ''): AsyncGenerator<SharedObject> {
    const folders = start === DELETED ? [this.#pathOf(start), incomingFolder(this.url)] : [this.#pathOf(start)];
    for (const folder of folders) {
      try {
        for await (const { path, bytes, changed } of new FileBlobStore(folder).list())
          yield { key: relative(this.url, path).replaceAll('\\', '/'), bytes, changed };
      } catch (error) {
        if (folder === this.url || !isMissing(error)) throw this.#failed('listing the files', error);
      }
    }
  }

  unavailable(doing: string, { message }: Error): HubError {
    return this.#unavailable(`${doing} failed (${message})`);
  }

  /** Renames a file. @returns false when there is none. */
  async #move(from: string, to: string): Promise<boolean> {
    const path = this.#pathOf(to);
    for (let hasFolder = false; ; hasFolder = true) {
      try {
        await rename(this.#pathOf(from), path);
        return true;
      } catch (error) {
        if (!isMissing(error)) throw error;
        if (hasFolder || !(await stat(this.#pathOf(from)).catch(nullIfMissing))) return false;
        await mkdir(dirname(path), { recursive: true });
      }
    }
  }

  #pathOf(key: string): string {
    return join(this.url, ...key.split('/'));
  }

  async #requireMounted(): Promise<void> {
    const owner = await this.#try('looking for its file "owner"', () => stat(this.#pathOf(OWNER)).catch(nullIfMissing));
    if (!owner) throw this.#unavailable('it has no file "owner", as if it were not mounted');
  }

  async #try<T>(doing: string, work: () => Promise<T>): Promise<T> {
    return work().catch((error: unknown) => {
      throw this.#failed(doing, error);
    });
  }

  #failed(doing: string, error: unknown): unknown {
    return error instanceof HubError ? error : this.unavailable(doing, error as Error);
  }

  #unavailable(why: string): HubError {
    return new HubError(
      'BLOBS_UNAVAILABLE',
      `The shared folder ${this.url} cannot be used: ${why}. Mount it on this machine, let the user of the hub read and write it, then try again.`,
      { url: this.url },
    );
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}
