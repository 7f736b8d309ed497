import pLimit from 'p-limit';
import { v7 as uuid } from 'uuid';
import type { ServedVersion } from '../../serving/served-version.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { PhotoToJudge } from '../../training/job.js';
import { isImageBlobUsed } from '../image-blob-use.js';
import { keepsPhotos, type PredictionLog } from './prediction-log.js';
import { lockReviews } from './review-reservation.js';
import { queueAnswers } from './review-score.js';

/** Photos looked for at the same time. */
const AT_ONCE = 4;

/** Whose answers they are. */
interface Answering {
  /** Id of the prediction job. */
  readonly jobId: string;
  readonly version: ServedVersion;
}

/** Adds the answers of a job in a transaction. @returns how many it has added. */
type Add = (tx: Prisma.TransactionClient) => Promise<number>;

/** Puts photos that no client sent into the prediction log, so that they wait in the review queue. */
export class PhotosToJudge {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly log: Pick<PredictionLog, 'alone'>,
  ) {}

  /**
   * Keeps answers of a job, each with its photo, whose blob is stored already. A photo to which the log has an answer of the same
   * version stays as it is. None is kept once the model keeps no photos, or the version is gone.
   * @param write makes the transaction in which they are added.
   */
  async keep(of: Answering, photos: readonly PhotoToJudge[], write: (add: Add) => Promise<void>): Promise<void> {
    await this.log.alone(async () => {
      const oneOfSome = pLimit(AT_ONCE);
      const isThere = await Promise.all(photos.map(({ sha256 }) => oneOfSome(() => this.blobs.has(sha256))));
      // A person's photo may have been deleted since its blob was stored, and does not come back.
      const there = photos.filter((_, i) => isThere[i]);
      let inLog: ReadonlySet<string> = new Set();
      await write(async (tx) => {
        const { added, known } = await addAnswers(tx, of, there);
        inLog = new Set([...added, ...known]);
        return added.length;
      });
      for (const { sha256 } of there.filter((photo) => !inLog.has(photo.sha256))) {
        if (!(await isImageBlobUsed(this.prisma, this.blobs, sha256))) await this.blobs.delete(sha256);
      }
    });
  }
}

/** @returns the SHA-256 of the photos that were added, and of those that the log has already. */
async function addAnswers(
  tx: Prisma.TransactionClient,
  { jobId, version: { versionId, form } }: Answering,
  photos: readonly PhotoToJudge[],
): Promise<{ readonly added: readonly string[]; readonly known: readonly string[] }> {
  const select = { modelId: true, model: { select: { logging: true } } } as const;
  const version = await tx.modelVersion.findUnique({ where: { id: versionId }, select });
  if (!version || !keepsPhotos(version.model.logging)) return { added: [], known: [] };
  const { modelId } = version;
  await lockReviews(tx, modelId);
  const byHash = new Map(photos.map((photo) => [photo.sha256, photo]));
  const same = await tx.loggedPrediction.findMany({
    where: { modelId, versionId, inputHash: { in: [...byHash.keys()] }, photoBlob: { not: null } },
    select: { inputHash: true },
  });
  const known = same.map(({ inputHash }) => inputHash);
  for (const inputHash of known) byHash.delete(inputHash);
  const at = new Date();
  const data = [...byHash.values()].map(({ sha256, ...answer }) => ({
    ...{ id: uuid(), jobId, modelId, versionId, at, inputHash: sha256, photoBlob: sha256 },
    ...answer,
    ...form,
  }));
  await tx.loggedPrediction.createMany({ data });
  await queueAnswers(tx, data);
  return { added: [...byHash.keys()], known };
}
