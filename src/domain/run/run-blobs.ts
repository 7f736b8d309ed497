import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';

/**
 * Deletes blobs of runs that no row refers to. Equal content is one blob, so that several runs and model versions may share
 * it. Blobs are deleted only while no run is running, since a run stores a blob before its row names it.
 */
export class RunBlobs {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
  ) {}

  /** Marks blobs as possibly unused, in the transaction that drops the reference. */
  async release(tx: Prisma.TransactionClient, sha256s: readonly (string | null)[]): Promise<void> {
    const data = sha256s.flatMap((sha256) => (sha256 ? { sha256 } : []));
    if (data.length > 0) await tx.releasedBlob.createMany({ data, skipDuplicates: true });
  }

  /** Whether any blobs are released and not deleted yet. */
  async hasReleased(): Promise<boolean> {
    return (await this.prisma.releasedBlob.count()) > 0;
  }

  /** Deletes released blobs. Call it only while no run is running. */
  async deleteReleased(): Promise<void> {
    for (const { sha256 } of await this.prisma.releasedBlob.findMany()) {
      await this.deleteUnused(sha256);
      await this.prisma.releasedBlob.delete({ where: { sha256 } });
    }
  }

  /** Deletes a blob of a run, unless another row refers to it. */
  async deleteUnused(sha256: string): Promise<void> {
    const { run, modelVersion } = this.prisma;
    const columns = [{ weightsBlob: sha256 }, { checkpointBlob: sha256 }, { predictionsBlob: sha256 }];
    const ofRuns = await run.count({ where: { OR: columns } });
    const ofVersions = await modelVersion.count({ where: { weightsBlob: sha256 } });
    if (ofRuns + ofVersions === 0) await this.blobs.delete(sha256);
  }
}
