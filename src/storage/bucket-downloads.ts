import { z } from 'zod';
import { Bucket } from './bucket.js';

/** Prefix of the keys of files for downloads. They are no blobs, and are deleted after a day. */
export const DOWNLOADS = 'downloads/';
/** Seconds within which a download must begin. */
const SIGNED_SECONDS = 300;
/** Milliseconds for which a file is offered again, and after which it is deleted. */
const [OFFERED_MS, KEPT_MS] = [23 * 3_600_000, 24 * 3_600_000];

const noteSchema = z.object({ sha256: z.string(), bytes: z.number(), madeAt: z.number() });

/** A file that anybody who has its address can download. */
export interface BucketDownload {
  readonly address: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Files that clients download from the bucket rather than from the hub, by addresses that are valid for minutes. */
export class BucketDownloads {
  readonly #bucket: Bucket;

  /** @param url `s3://bucket/prefix`. */
  constructor(url: string) {
    this.#bucket = new Bucket(url);
  }

  /** A file that was put within the last hours. @param key of letters, digits and "-". @param name of the file to suggest. */
  async find(key: string, name: string): Promise<BucketDownload | null> {
    const text = await this.#bucket.getText(noteOf(key));
    if (text === null) return null;
    const { madeAt, ...file } = noteSchema.parse(JSON.parse(text));
    if (Date.now() - madeAt > OFFERED_MS) return null;
    return { ...file, address: await this.#bucket.addressOf(fileOf(key), name, SIGNED_SECONDS) };
  }

  /** Puts a file. @returns it as `find` does. */
  async put(
    key: string,
    name: string,
    file: { readonly path: string; readonly sha256: string; readonly bytes: number },
  ): Promise<BucketDownload> {
    const { path, sha256, bytes } = file;
    await this.#bucket.put(fileOf(key), path, sha256);
    await this.#bucket.putText(noteOf(key), JSON.stringify({ sha256, bytes, madeAt: Date.now() })); // last: it is complete
    return { sha256, bytes, address: await this.#bucket.addressOf(fileOf(key), name, SIGNED_SECONDS) };
  }

  /** Deletes files that are no longer offered. */
  async deleteOld(): Promise<void> {
    for await (const { key, changed } of this.#bucket.list(DOWNLOADS)) {
      if (Date.now() - changed.getTime() > KEPT_MS) await this.#bucket.delete(key);
    }
  }
}

const fileOf = (key: string): string => `${DOWNLOADS}${key}`;
const noteOf = (key: string): string => `${DOWNLOADS}${key}.json`;
