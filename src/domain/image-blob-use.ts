import type { Logger } from 'pino';
import { readShards } from '../datasets/read-manifest.js';
import type { BlobStore } from '../storage/blobs.js';
import type { Prisma } from '../storage/database.js';

type Db = Pick<Prisma.TransactionClient, 'loggedPrediction' | 'datasetVersion'>;
type Blobs = Pick<BlobStore, 'get'>;

/**
 * Manifests of dataset versions whose rows were written before they named their shards, which only the manifests do. Each is read
 * once, when it is first needed.
 */
export class OldManifests {
  #shards: Promise<ReadonlySet<string> | 'unknown'> | undefined;

  /** @param log warned of a manifest that cannot be read, which may then name every blob. Without it that is an error. */
  constructor(
    private readonly db: Pick<Db, 'datasetVersion'>,
    private readonly blobs: Blobs,
    private readonly log?: Pick<Logger, 'warn'>,
  ) {}

  /** Whether one of them names a blob. @throws NOT_FOUND or BLOB_CORRUPT for one that cannot be read, without a log. */
  async name(sha256: string): Promise<boolean> {
    this.#shards ??= this.#read();
    const shards = await this.#shards;
    return shards === 'unknown' || shards.has(sha256);
  }

  async #read(): Promise<ReadonlySet<string> | 'unknown'> {
    const where = { shards: { isEmpty: true } };
    const all = new Set<string>();
    for (const { id, manifestBlob } of await this.db.datasetVersion.findMany({ where })) {
      try {
        for (const shard of await readShards(this.blobs, manifestBlob)) all.add(shard);
      } catch (err) {
        if (!this.log) throw err;
        this.log.warn({ err, datasetVersion: id }, 'a manifest cannot be read, so that no unused photo is deleted');
        return 'unknown';
      }
    }
    return all;
  }
}

/**
 * Whether a row refers to a blob that holds a kept photo or images of a dataset version. One blob may be both: a shard of a
 * single image has the bytes, and so the hash, of that image.
 */
export async function isImageBlobUsed(
  db: Db,
  blobs: Blobs,
  sha256: string,
  manifests = new OldManifests(db, blobs),
): Promise<boolean> {
  if (await db.loggedPrediction.findFirst({ where: { photoBlob: sha256 }, select: { id: true } })) return true;
  const named = { OR: [{ manifestBlob: sha256 }, { inspectionBlob: sha256 }, { shards: { has: sha256 } }] };
  if (await db.datasetVersion.findFirst({ where: named, select: { id: true } })) return true;
  return manifests.name(sha256);
}
