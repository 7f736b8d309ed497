import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { isImageBlobUsed, type OldManifests } from '../image-blob-use.js';
import { keepJudgedCounts } from '../rollout/judged-counts.js';
import { removeAnswers } from './review-score.js';

const DAY = 24 * 3_600_000;
/** Answers deleted, or freed of their photos, in one transaction. */
const BATCH = 2000;
/** Most milliseconds for the counts of all judged photos: few, unless one of them was sent hundreds of thousands of times. */
const COUNTING_MS = 120_000;

interface ExpiredAnswersParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  readonly manifests: OldManifests;
  /** Does work while no answer is written. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  /** Ends deletions after the batch under way. */
  readonly signal?: AbortSignal | undefined;
}

/** Deletes answers and photos whose days are over, in short transactions, between which answers are written. */
export class ExpiredAnswers {
  constructor(private readonly parts: ExpiredAnswersParts) {}

  /** Deletes those of a model, the oldest first. @param setting days of answers, and of photos where they go earlier. */
  async delete(
    modelId: string,
    { days, photoDays }: { readonly days: number; readonly photoDays: number | null },
    now: Date,
  ): Promise<void> {
    const before = (past: number): Date => new Date(now.getTime() - past * DAY);
    await this.#countJudged(modelId, before(days));
    await this.#inBatches(() => this.#deleteAnswers(modelId, before(days)));
    await this.#inBatches(() => this.#forgetPhotos(modelId, before(photoDays ?? days)));
  }

  /** @param batch returns how many rows it took. */
  async #inBatches(batch: () => Promise<number>): Promise<void> {
    while (!this.parts.signal?.aborted && (await batch()) === BATCH);
  }

  /** Has rollouts keep the counts of all photos at once, since what one version answered is compared with the next answers. */
  async #countJudged(modelId: string, before: Date): Promise<void> {
    const { prisma, signal } = this.parts;
    const where = { modelId, at: { lt: before } };
    if (signal?.aborted || !(await prisma.loggedPrediction.findFirst({ where, select: { id: true } }))) return;
    await prisma.$transaction((tx) => keepJudgedCounts(tx, modelId, { before }), { timeout: COUNTING_MS });
  }

  async #deleteAnswers(modelId: string, before: Date): Promise<number> {
    const { prisma, alone } = this.parts;
    const rows = await alone(() =>
      prisma.$transaction(async (tx) => {
        const oldest = await tx.loggedPrediction.findMany({
          where: { modelId, at: { lt: before } },
          select: { id: true, inputHash: true, photoBlob: true },
          orderBy: { at: 'asc' },
          take: BATCH,
        });
        const photos = [...new Set(oldest.map(({ inputHash }) => inputHash))];
        await keepJudgedCounts(tx, modelId, { before, photos }); // those that were judged meanwhile
        await removeAnswers(tx, idIn(oldest), () => tx.loggedPrediction.deleteMany({ where: idIn(oldest) }));
        return oldest;
      }),
    );
    await this.#deleteUnused(rows);
    return rows.length;
  }

  /** Takes photos of answers, with what shows how they look, out of the log and the review queue. */
  async #forgetPhotos(modelId: string, before: Date): Promise<number> {
    const { prisma, alone } = this.parts;
    const rows = await alone(() =>
      prisma.$transaction(async (tx) => {
        const oldest = await tx.loggedPrediction.findMany({
          where: { modelId, at: { lt: before }, photoBlob: { not: null } },
          select: { id: true, photoBlob: true },
          orderBy: { at: 'asc' },
          take: BATCH,
        });
        const predictionId = idIn(oldest).id;
        await tx.reviewReservation.deleteMany({ where: { predictionId } });
        await tx.reviewSkip.deleteMany({ where: { predictionId } });
        const data = { photoBlob: null, fingerprint: null, reviewScore: null };
        await removeAnswers(tx, idIn(oldest), () => tx.loggedPrediction.updateMany({ where: idIn(oldest), data }));
        return oldest;
      }),
    );
    await this.#deleteUnused(rows);
    return rows.length;
  }

  async #deleteUnused(rows: readonly { readonly photoBlob: string | null }[]): Promise<void> {
    const { prisma, blobs, manifests, alone } = this.parts;
    for (const sha256 of new Set(rows.flatMap(({ photoBlob }) => photoBlob ?? []))) {
      await alone(async () => {
        if (!(await isImageBlobUsed(prisma, blobs, sha256, manifests))) await blobs.delete(sha256);
      });
    }
  }
}

const idIn = (rows: readonly { readonly id: string }[]) =>
  ({ id: { in: rows.map(({ id }) => id) } }) satisfies Prisma.LoggedPredictionWhereInput;
