import { HubError, isLost } from '../errors.js';
import { BlobCache } from './blob-cache.js';
import type { BlobRef, BlobStore, OpenBlob, StoredFile } from './blobs.js';
import { DOWNLOADS } from './bucket-downloads.js';
import { DELETED, INCOMING, type SharedObject, type SharedObjects } from './shared-objects.js';

/** Times that a blob is fetched whose connection breaks off or whose content is not what its name says. */
const FETCHES = 3;

/** A key of a blob: its hash, with a slash after two digits as in the folder of a `FileBlobStore`. */
const KEY = /^([0-9a-f]{2})\/([0-9a-f]{62})$/;
const keyOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256.slice(2)}`;
/** Prefixes of objects that are no blobs. */
const OTHERS = [DELETED, DOWNLOADS];

interface SharedBlobs {
  readonly objects: SharedObjects;
  /** Folder of the copies on this machine. */
  readonly folder: string;
  /** Bytes that the copies may take; with 0, every read is of the shared place. */
  readonly cacheBytes: number;
}

/**
 * Blobs that processes share, in a bucket or in a folder. They are written there and read from copies on this machine, which
 * are fetched when they are needed: what is read at random places or mapped into memory stays a file of this machine.
 */
export class SharedBlobStore implements BlobStore {
  readonly #objects: SharedObjects;
  readonly #cache: BlobCache;
  readonly #hasCopies: boolean;
  /** Fetches under way. */
  readonly #fetching = new Map<string, Promise<void>>();
  #keepers = 0;

  constructor({ objects, folder, cacheBytes }: SharedBlobs) {
    this.#objects = objects;
    this.#cache = new BlobCache(folder, cacheBytes);
    this.#hasCopies = cacheBytes > 0;
  }

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
    for await (const object of this.#objects.list())
      if (!OTHERS.some((prefix) => object.key.startsWith(prefix))) yield storedFile(object, object.key);
  }

  async *deleted(): AsyncGenerator<StoredFile> {
    for await (const object of this.#objects.list(DELETED)) yield storedFile(object, object.key.slice(DELETED.length));
  }

  async put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<BlobRef> {
    const { store } = this.#cache;
    const ref = await store.put(content);
    try {
      await this.#objects.put(keyOf(ref.sha256), store.pathOf(ref.sha256), ref.sha256);
    } catch (error) {
      await store.delete(ref.sha256); // a copy says that the blob is shared
      throw error;
    }
    await this.#cache.added(ref.bytes);
    return ref;
  }

  get(sha256: string): Promise<Buffer> {
    return this.#read(sha256, () => this.#cache.store.get(sha256));
  }

  open(sha256: string): Promise<OpenBlob> {
    return this.#read(sha256, () => this.#cache.store.open(sha256));
  }

  /** Looks at the shared place: another process may have deleted a blob of which there is a copy here. */
  async has(sha256: string): Promise<boolean> {
    return (await this.#objects.has(keyOf(sha256))) || this.#objects.restore(keyOf(sha256));
  }

  async delete(sha256: string): Promise<void> {
    if (this.#keepers > 0) return;
    await this.#objects.setAside(keyOf(sha256));
    await this.#cache.store.delete(sha256);
  }

  async erase(sha256: string): Promise<void> {
    if (this.#keepers > 0) return;
    await this.#objects.delete(keyOf(sha256));
    await this.#objects.delete(DELETED + keyOf(sha256));
    await this.#cache.store.delete(sha256);
  }

  async discard({ path, sha256 }: StoredFile): Promise<void> {
    await this.#objects.delete(path);
    if (sha256 !== null) await this.#cache.store.delete(sha256);
  }

  /** Reads a copy; fetches it first if it is not there, is damaged, or goes before it is read. */
  async #read<T>(sha256: string, read: () => Promise<T>): Promise<T> {
    for (let fetches = 0; ; fetches += 1) {
      if (this.#hasCopies || fetches > 0) {
        try {
          const content = await read();
          await this.#cache.touch(sha256);
          return content;
        } catch (error) {
          if (!isLost(error) || fetches === FETCHES) throw error;
        }
      }
      await this.#fetchOnce(sha256);
    }
  }

  /** Fetches a blob; all who ask for it meanwhile share the fetch. */
  #fetchOnce(sha256: string): Promise<void> {
    const running = this.#fetching.get(sha256);
    if (running) return running;
    const fetch = this.#fetch(sha256).finally(() => this.#fetching.delete(sha256));
    this.#fetching.set(sha256, fetch);
    return fetch;
  }

  async #fetch(sha256: string): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const key = keyOf(sha256);
      const content =
        (await this.#objects.get(key)) ?? ((await this.#objects.restore(key)) && (await this.#objects.get(key)));
      if (!content) throw new HubError('NOT_FOUND', `There is no blob ${sha256} in ${this.#objects.url}.`, { sha256 });
      try {
        const got = await this.#cache.store.put(content);
        if (got.sha256 === sha256) return await this.#cache.added(got.bytes);
        await this.#cache.store.delete(got.sha256);
        if (tries < FETCHES) continue;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
        if (tries < FETCHES) continue;
        throw this.#objects.unavailable(`reading ${keyOf(sha256)}`, error as Error);
      }
      const message = `The blob ${sha256} in ${this.#objects.url} no longer has the content it was stored with.`;
      throw new HubError('BLOB_CORRUPT', message, { sha256 });
    }
  }
}

/** @param name key that a blob of this content has. */
function storedFile({ key, bytes, changed }: SharedObject, name: string): StoredFile {
  const [, prefix = '', rest = ''] = KEY.exec(name) ?? [];
  return { path: key, sha256: prefix + rest || null, isUnfinished: key.startsWith(INCOMING), bytes, changed };
}
