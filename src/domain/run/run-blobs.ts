import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { isImageBlobUsed } from '../image-blob-use.js';

/**
 * Deletes blobs of runs and model versions that no row refers to. Equal content is one blob, so that several may share it. Blobs are deleted only while no run is running, since a run stores a blob before its row names it.
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

  /** Deletes a blob of a run or of a model version, unless another row refers to it. */
  async deleteUnused(sha256: string): Promise<void> {
    if (await this.#isUnused(sha256)) await this.blobs.delete(sha256);
  }

  /** Deletes a checkpoint for good. It has the times that its epochs took, so that no other run has the same. */
  async deleteCheckpoint(sha256: string): Promise<void> {
    if (await this.#isUnused(sha256)) await this.blobs.erase(sha256);
  }

  /** Whether no row refers to a blob. */
  async #isUnused(sha256: string): Promise<boolean> {
    const { run, modelVersion, versionServing, versionCalibration, backbone } = this.prisma;
    const ofRun = [
      { weightsBlob: sha256 },
      { checkpointBlob: sha256 },
      { predictionsBlob: sha256 },
      { probabilitiesBlob: sha256 },
    ];
    const ofVersion = [{ weightsBlob: sha256 }, { expectedBlob: sha256 }];
    return (
      (await run.count({ where: { OR: ofRun } })) === 0 &&
      (await modelVersion.count({ where: { OR: ofVersion } })) === 0 &&
      (await versionServing.count({ where: { quantizedBlob: sha256 } })) === 0 &&
      (await versionCalibration.count({ where: { outlierBlob: sha256 } })) === 0 &&
      (await backbone.count({ where: { sha256 } })) === 0 &&
      !(await isImageBlobUsed(this.prisma, this.blobs, sha256))
    );
  }
}
