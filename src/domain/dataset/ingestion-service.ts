import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DatasetBounds } from '../../datasets/bounds.js';
import { openArchive, openSource } from '../../datasets/detect.js';
import { ingestImages } from '../../datasets/ingest.js';
import type { Source } from '../../datasets/source.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Fetch, Fetched } from '../../storage/fetch.js';
import type { Actor } from '../actor.js';
import type { AllowedFolders } from '../allowed-folders.js';
import type { Quotas } from '../quota/quotas.js';
import type { DatasetVersion } from './dataset-version.js';
import type { DatasetVersionWriter } from './dataset-version-writer.js';
import type { IngestionHandle, Ingestions } from './ingestions.js';

/** The dataset and the draw of splits of an ingestion. */
export interface IngestionOptions {
  readonly dataset: string;
  readonly testFraction: number;
  readonly validationFraction: number;
  readonly seed: number;
  /** As of `openArchive`. */
  readonly nameEncoding?: string | null;
  /** Key under which clients follow the progress; null for a random one. */
  readonly key: string | null;
  /** Owner of the version. */
  readonly actor: Actor;
}

export interface IngestionParts {
  readonly blobs: BlobStore;
  readonly writer: DatasetVersionWriter;
  readonly ingestions: Ingestions;
  readonly allowed: AllowedFolders;
  readonly quotas: Quotas;
  readonly fetch: Fetch;
  readonly bounds: DatasetBounds;
  /** Folder for archives while they are read. */
  readonly temporary: string;
}

/** Turns uploads, paths and addresses into dataset versions. */
export class IngestionService {
  constructor(private readonly parts: IngestionParts) {}

  /** Ingests an archive while it arrives. */
  async ingestUpload(upload: AsyncIterable<Buffer>, options: IngestionOptions): Promise<DatasetVersion> {
    return this.#throughFile('upload', options, async () => ({ content: upload, bytes: null }));
  }

  /** Downloads and ingests an archive. */
  async ingestUrl(url: string, options: IngestionOptions): Promise<DatasetVersion> {
    return this.#throughFile(url, options, (signal) => this.parts.fetch(url, signal));
  }

  /** Ingests a folder or archive of the server. @throws BAD_INPUT outside the allowed folders. */
  async ingestPath(path: string, options: IngestionOptions): Promise<DatasetVersion> {
    const real = await this.parts.allowed.resolve(path);
    await this.parts.quotas.admitData();
    return this.#tracked(options, async (ingestion) => {
      const source = await openSource(real, this.parts.bounds, options.nameEncoding);
      return this.#ingest(source, path, options, ingestion);
    });
  }

  async #tracked<T>({ key, dataset }: IngestionOptions, work: (ingestion: IngestionHandle) => Promise<T>): Promise<T> {
    const ingestion = await this.parts.ingestions.begin(key ?? randomUUID(), dataset);
    try {
      return await work(ingestion);
    } catch (error) {
      const { aborted, reason } = ingestion.signal;
      throw aborted ? reason : error; // an aborted stream throws an error of its own
    } finally {
      await ingestion.end();
    }
  }

  async #throughFile(
    from: string,
    options: IngestionOptions,
    open: (signal: AbortSignal) => Promise<Fetched>,
  ): Promise<DatasetVersion> {
    const file = join(this.parts.temporary, `${randomUUID()}.archive`);
    const read = async (ingestion: IngestionHandle): Promise<DatasetVersion> => {
      const { signal } = ingestion;
      try {
        const { content, bytes } = await open(signal);
        await pipeline(ingestion.receiving(content, bytes), createWriteStream(file, { mode: 0o600 }), { signal });
        const source = await openArchive(file, this.parts.bounds, options.nameEncoding);
        return await this.#ingest(source, from, options, ingestion);
      } finally {
        await rm(file, { force: true });
      }
    };
    return this.parts.quotas.upload(options.actor.name, () => this.#tracked(options, read));
  }

  async #ingest(
    source: Source,
    from: string,
    options: IngestionOptions,
    { signal, reading }: IngestionHandle,
  ): Promise<DatasetVersion> {
    const { dataset, testFraction, validationFraction, seed, actor } = options;
    const { blobs, bounds } = this.parts;
    const draw = { testFraction, validationFraction, seed };
    return this.parts.writer.write(dataset, from, actor, () =>
      ingestImages(source, blobs, { ...draw, bounds, signal, onProgress: reading }),
    );
  }
}
