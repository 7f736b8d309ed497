import { utimes } from 'node:fs/promises';
import type { StoredFile } from './blobs.js';
import { FileBlobStore } from './file-blobs.js';

/** Share of the budget that is left after blobs were let go of, so that this is not needed for each new one. */
const KEPT_SHARE = 0.9;

/**
 * Copies of blobs on this machine. The least recently used ones are deleted when they take more than their budget. Several
 * processes may share a folder; the time of a file's last change says when it was last used.
 */
export class BlobCache {
  readonly store: FileBlobStore;
  /** Bytes of all copies as far as this process knows; null before it has looked. */
  #bytes: number | null = null;
  #shrinking: Promise<void> | undefined;

  /** @param budget in bytes; 0 keeps no copy longer than it is needed. */
  constructor(
    folder: string,
    private readonly budget: number,
  ) {
    this.store = new FileBlobStore(folder, false); // what is lost or cut off is fetched again
  }

  /** Notes that a copy is used. */
  async touch(sha256: string): Promise<void> {
    const now = new Date();
    await utimes(this.store.pathOf(sha256), now, now).catch(() => undefined); // another process may have deleted it
  }

  /** Notes a new copy, and deletes others when all of them take too much. */
  async added(bytes: number): Promise<void> {
    if (this.#bytes !== null) this.#bytes += bytes;
    if (this.#bytes !== null && this.#bytes <= this.budget) return;
    this.#shrinking ??= this.#shrink().finally(() => {
      this.#shrinking = undefined;
    });
    await this.#shrinking;
  }

  async #shrink(): Promise<void> {
    const copies: StoredFile[] = [];
    for await (const file of this.store.list()) if (file.sha256 !== null) copies.push(file);
    let bytes = copies.reduce((sum, copy) => sum + copy.bytes, 0);
    if (bytes > this.budget) {
      // The newest one is about to be read.
      const byUse = copies.sort((a, b) => a.changed.getTime() - b.changed.getTime()).slice(0, -1);
      for (const { sha256, bytes: size } of byUse) {
        if (bytes <= this.budget * KEPT_SHARE) break;
        // Windows keeps a file that is open.
        await this.store.delete(sha256 as string).then(
          () => {
            bytes -= size;
          },
          () => undefined,
        );
      }
    }
    this.#bytes = bytes;
  }
}
