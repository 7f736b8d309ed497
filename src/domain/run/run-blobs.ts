import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';

/**
 * Blobs of runs, which other runs and model versions may refer to as well: equal content is one blob. Those that nothing
 * refers to any more are deleted while no run is under way, since a run stores a blob before its row names it.
 */
export class RunBlobs {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
  ) {}

  /** Notes, in the transaction that ends a reference, that blobs may be of no more use. */
  async release(tx: Prisma.TransactionClient, sha256s: readonly (string | null)[]): Promise<void> {
    const data = sha256s.flatMap((sha256) => (sha256 ? { sha256 } : []));
    if (data.length > 0) await tx.releasedBlob.createMany({ data, skipDuplicates: true });
  }

  /** Deletes what was released. To be called while no run is under way. */
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
