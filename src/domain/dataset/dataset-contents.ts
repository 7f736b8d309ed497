import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type DuplicateGroup, DuplicateKind } from '../../datasets/inspect.js';
import type { ImageRecord, Manifest } from '../../datasets/manifest.js';
import { readManifest, ShardReader } from '../../datasets/read-manifest.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import { notFound } from '../not-found.js';

/** Open versions that are cached: a page of thumbnails reads one version many times. */
const OPEN_VERSIONS = 4;

/** The part of an inspection blob that is read here. */
const inspectionSchema = z.object({
  duplicates: z.array(z.object({ kind: z.enum(DuplicateKind), images: z.array(z.int()) })),
});

/** The manifest and the images of a dataset version. */
export interface Contents {
  readonly manifest: Manifest;
  /** The encoded bytes of an image. */
  read(image: ImageRecord): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Opens dataset versions to read their images, and caches the most recently used ones. */
export class DatasetContents {
  readonly #open = new LRUCache<string, Promise<Contents>>({
    max: OPEN_VERSIONS,
    dispose: (contents) => void contents.then(({ close }) => close()).catch(() => undefined),
  });

  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
  ) {}

  /** The contents of a version. @throws NOT_FOUND or BLOB_CORRUPT. */
  async of(versionId: string): Promise<Contents> {
    const known = this.#open.get(versionId);
    if (known) return known;
    const opened = this.#load(versionId);
    this.#open.set(versionId, opened);
    opened.catch(() => this.#open.delete(versionId)); // the next call retries
    return opened;
  }

  /** Groups of images that look the same; none for a version that was written before inspections existed. */
  async duplicates(versionId: string): Promise<readonly DuplicateGroup[]> {
    const row = await this.prisma.datasetVersion.findUnique({ where: { id: versionId } });
    if (!row?.inspectionBlob) return [];
    const inspection = await this.blobs.get(row.inspectionBlob);
    return inspectionSchema.parse(JSON.parse(inspection.toString('utf8'))).duplicates;
  }

  /** Closes a version, if it is open. */
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
