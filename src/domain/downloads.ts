import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { BucketDownloads } from '../storage/bucket-downloads.js';
import type { ExportedFile } from '../training/job.js';

/** A file that is made for a client. */
export interface MadeFile extends ExportedFile {
  /** Name of the file to suggest. */
  readonly name: string;
  /** Its content, or the address at which the bucket has it. */
  readonly content: Readable | string;
}

/** Makes files for clients, who take them from here or from the bucket. */
export class Downloads {
  /**
   * @param temporary folder of a file while it is sent.
   * @param bucket where clients download from; null when the hub sends the files itself.
   */
  constructor(
    private readonly temporary: string,
    private readonly bucket: BucketDownloads | null,
  ) {}

  /**
   * @param key identifies the bytes: in the bucket a file is made once a day. @param make writes the file.
   * @param use sends it; it is deleted afterwards.
   */
  async send(
    key: string,
    name: string,
    make: (file: string) => Promise<ExportedFile>,
    use: (file: MadeFile) => Promise<void>,
  ): Promise<void> {
    const found = await this.bucket?.find(key, name);
    if (found) return use({ ...found, name, content: found.address });
    const file = join(this.temporary, `${randomUUID()}${extname(name)}`);
    try {
      const made = await make(file);
      if (this.bucket) {
        const { address } = await this.bucket.put(key, name, { path: file, ...made });
        return await use({ ...made, name, content: address });
      }
      const content = createReadStream(file);
      await use({ ...made, name, content }).finally(() => content.destroy());
    } finally {
      await rm(file, { force: true });
    }
  }
}
