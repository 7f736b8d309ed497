import { LRUCache } from 'lru-cache';
import type { Inspection } from '../../datasets/inspect.js';
import type { ImageRecord, Manifest } from '../../datasets/manifest.js';
import { readManifest, ShardReader } from '../../datasets/read-manifest.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import { notFound } from '../not-found.js';

/** Versions that are kept open: a page of thumbnails asks for one version many times. */
const OPEN_VERSIONS = 4;

/** What is in a dataset version. */
export interface Contents {
  readonly manifest: Manifest;
  /** The encoded bytes. */
  read(image: ImageRecord): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Opens dataset versions for looking at their images, and keeps those that were used last. */
export class DatasetContents {
  readonly #open = new LRUCache<string, Promise<Contents>>({
    max: OPEN_VERSIONS,
    dispose: (contents) => void contents.then(({ close }) => close()).catch(() => undefined),
  });

  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
  ) {}

  /** @throws NOT_FOUND, or BLOB_CORRUPT. */
  async of(versionId: string): Promise<Contents> {
    const known = this.#open.get(versionId);
    if (known) return known;
    const opened = this.#load(versionId);
    this.#open.set(versionId, opened);
    opened.catch(() => this.#open.delete(versionId)); // the next one tries again
    return opened;
  }

  /** Which images show the same; nothing for a version from before that was looked for. */
  async duplicates(versionId: string): Promise<Inspection['duplicates']> {
    const row = await this.prisma.datasetVersion.findUnique({ where: { id: versionId } });
    if (!row?.inspectionBlob) return [];
    return (JSON.parse((await this.blobs.get(row.inspectionBlob)).toString('utf8')) as Inspection).duplicates;
  }

  async forget(versionId: string): Promise<void> {
    const contents = await this.#open.get(versionId)?.catch(() => undefined);
    this.#open.delete(versionId);
    await contents?.close();
  }

  async close(): Promise<void> {
    for (const versionId of [...this.#open.keys()]) await this.forget(versionId);
  }

  async #load(versionId: string): Promise<Contents> {
    const row = await this.prisma.datasetVersion.findUnique({ where: { id: versionId } });
    if (!row) throw notFound('dataset version', versionId);
    const manifest = await readManifest(this.blobs, row.manifestBlob);
    const shards = new ShardReader(this.blobs, manifest);
    return { manifest, read: (image) => shards.read(image), close: () => shards.close() };
  }
}
