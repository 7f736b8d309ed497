import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openArchive, openSource } from '../../datasets/detect.js';
import { registerImages } from '../../datasets/register.js';
import type { Source } from '../../datasets/source.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Fetch, Fetched } from '../../storage/fetch.js';
import type { AllowedFolders } from '../allowed-folders.js';
import type { Limits } from '../quota/quotas.js';
import type { DatasetVersion } from './dataset-version.js';
import type { DatasetVersionWriter } from './dataset-version-writer.js';
import type { Registration, Registrations } from './ingestions.js';

/** How the images of a source become a version. */
export interface RegistrationOptions {
  readonly dataset: string;
  readonly testFraction: number;
  readonly validationFraction: number;
  readonly seed: number;
  /** By which name its progress can be followed; null for none. */
  readonly key: string | null;
}

export interface RegistrationParts {
  readonly blobs: BlobStore;
  readonly writer: DatasetVersionWriter;
  readonly registrations: Registrations;
  readonly allowed: AllowedFolders;
  readonly limits: Limits;
  readonly fetch: Fetch;
  /** Folder for archives while they are read. */
  readonly temporary: string;
}

/** Turns uploads, paths and addresses into dataset versions. */
export class RegistrationService {
  constructor(private readonly parts: RegistrationParts) {}

  /** An archive as it arrives. */
  async registerUpload(upload: AsyncIterable<Buffer>, options: RegistrationOptions): Promise<DatasetVersion> {
    return this.#throughFile('upload', options, async () => ({ content: upload, bytes: null }));
  }

  /** An archive that another server has. */
  async registerUrl(url: string, options: RegistrationOptions): Promise<DatasetVersion> {
    return this.#throughFile(url, options, (signal) => this.parts.fetch(url, signal));
  }

  /** A folder or an archive that lies in an allowed folder of the server. */
  async registerPath(path: string, options: RegistrationOptions): Promise<DatasetVersion> {
    const real = await this.parts.allowed.resolve(path);
    await this.parts.limits.admitData();
    return this.#tracked(options, async (registration) =>
      this.#register(await openSource(real), path, options, registration),
    );
  }

  async #tracked<T>(
    { key, dataset }: RegistrationOptions,
    work: (registration: Registration) => Promise<T>,
  ): Promise<T> {
    const registration = this.parts.registrations.begin(key ?? randomUUID(), dataset);
    try {
      return await work(registration);
    } catch (error) {
      const { aborted, reason } = registration.signal;
      throw aborted ? reason : error; // what was cut off words its end in its own way
    } finally {
      registration.end();
    }
  }

  async #throughFile(
    from: string,
    options: RegistrationOptions,
    open: (signal: AbortSignal) => Promise<Fetched>,
  ): Promise<DatasetVersion> {
    const file = join(this.parts.temporary, `${randomUUID()}.archive`);
    const read = async (registration: Registration): Promise<DatasetVersion> => {
      const { signal } = registration;
      try {
        const { content, bytes } = await open(signal);
        await pipeline(registration.receiving(content, bytes), createWriteStream(file, { mode: 0o600 }), { signal });
        return await this.#register(await openArchive(file), from, options, registration);
      } finally {
        await rm(file, { force: true });
      }
    };
    return this.parts.limits.upload(() => this.#tracked(options, read));
  }

  async #register(
    source: Source,
    from: string,
    options: RegistrationOptions,
    { signal, reading }: Registration,
  ): Promise<DatasetVersion> {
    const { dataset, testFraction, validationFraction, seed } = options;
    const draw = { testFraction, validationFraction, seed };
    return this.parts.writer.write(dataset, from, () =>
      registerImages(source, this.parts.blobs, { ...draw, signal, onProgress: reading }),
    );
  }
}
