import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { formHere } from '../../engines/network-form.js';
import { type Claim, ClaimLost, type JobHandler, type JobInHand } from '../../jobs/job-handler.js';
import type { Finished } from '../../jobs/job-kinds.js';
import type { HeldJobs, WaitingJob } from '../../jobs/queue.js';
import { namedBlobs } from '../../maintenance/named-blobs.js';
import type { ServedVersion } from '../../serving/served-version.js';
import type { BlobPlace } from '../../storage/blob-place.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { PredictionEvent, PredictionTask, TaskEnd } from '../../training/job.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { PhotosToJudge } from '../prediction/photos-to-judge.js';
import { MOST_KEPT } from './prediction-job.js';
import { workOf } from './prediction-job-row.js';

interface PredictParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  readonly blobPlace: BlobPlace;
  /** Folder for archives while they are read. */
  readonly temporary: string;
  /** Bytes that decoding a photo may take. */
  readonly maxPhotoMemory: number;
  readonly changes: ChangeNotices;
  readonly photosToJudge: Pick<PhotosToJudge, 'keep'>;
}

const withChunks = { chunks: { orderBy: { number: 'asc' } } } as const;
type Row = Prisma.PredictionJobGetPayload<{ include: typeof withChunks }>;

/** Classifies the photos of prediction jobs. */
export class PredictHandler implements JobHandler<'predict'> {
  constructor(private readonly parts: PredictParts) {}

  /** Every queued job. One that an earlier hub left running continues after its last chunk. */
  async waiting(held: HeldJobs): Promise<WaitingJob[]> {
    const { predictionJob } = this.parts.prisma;
    const running = await predictionJob.findMany({ where: { state: 'RUNNING' }, select: { id: true } });
    const run = await held(running.map(({ id }) => id));
    const left = running.flatMap(({ id }) => (run.has(id) ? [] : [id]));
    await predictionJob.updateMany({ where: { id: { in: left }, state: 'RUNNING' }, data: { state: 'QUEUED' } });
    return predictionJob.findMany({ where: { state: 'QUEUED' }, orderBy: { id: 'asc' }, select: { id: true } });
  }

  async take({ id }: Claim): Promise<PredictionInHand | null> {
    const row = await this.parts.prisma.$transaction(async (tx) => {
      const { count } = await tx.predictionJob.updateMany({
        where: { id, state: { in: ['QUEUED', 'RUNNING'] } },
        data: { state: 'RUNNING', attempt: { increment: 1 } },
      });
      if (count === 0) return null;
      await tx.predictionJob.updateMany({ where: { id, startedAt: null }, data: { startedAt: new Date() } });
      return tx.predictionJob.findUniqueOrThrow({ where: { id }, include: withChunks });
    });
    if (!row) return null;
    this.parts.changes.tell('PREDICTION', id);
    return new PredictionInHand(row, this.parts);
  }
}

/** A job under its claim. The answers that its worker has stored are written at once: no photo is answered twice. */
class PredictionInHand implements JobInHand<'predict'> {
  constructor(
    private readonly row: Row,
    private readonly parts: PredictParts,
  ) {}

  async load(): Promise<PredictionTask> {
    const { id, topK, keepForReview, chunks } = this.row;
    const { blobPlace, temporary, maxPhotoMemory } = this.parts;
    return {
      ...{ id, topK, blobPlace, maxPhotoMemory },
      mostKept: keepForReview ? MOST_KEPT : null,
      version: this.#version(),
      source: this.#source(),
      answered: {
        photos: chunks.reduce((sum, { photos }) => sum + photos, 0),
        blobs: chunks.map(({ blob }) => blob),
      },
      temporary: join(temporary, `${randomUUID()}.archive`),
    };
  }

  async record(event: Exclude<PredictionEvent, Finished<'predict'> | TaskEnd>): Promise<void> {
    const { number, blob, photos, refused, share, kept } = event;
    const { id, keepForReview } = this.row;
    const counts = { photos: { increment: photos }, refused: { increment: refused }, share };
    const write = (add?: (tx: Prisma.TransactionClient) => Promise<number>): Promise<void> =>
      this.#write(counts, async (tx) => {
        await tx.predictionChunk.create({ data: { jobId: id, number, blob, photos } });
        if (!add) return;
        const increment = await add(tx);
        await tx.predictionJob.update({ where: { id }, data: { kept: { increment } } });
      });
    if (!keepForReview) return write();
    // With the chunk or not at all: what a killed job repeats was not kept.
    await this.parts.photosToJudge.keep({ jobId: id, version: this.#version() }, kept, write);
  }

  async end(end: Finished<'predict'> | TaskEnd): Promise<void> {
    const ended = { endedAt: new Date(), archiveBlob: null };
    if (end.type === 'finished') await this.#write({ ...ended, state: 'SUCCEEDED', share: 1 });
    else if (end.type === 'cancelled') await this.#write({ ...ended, state: 'CANCELLED' });
    else await this.#write({ ...ended, state: 'FAILED', errorCode: end.code, error: end.message });
    await deleteArchive(this.parts, this.row.archiveBlob);
  }

  interrupt(): Promise<void> {
    return this.#write({ state: 'QUEUED' });
  }

  /** The version in the form that this machine has: the one that queued the job may have OpenVINO, and this one not. */
  #version(): ServedVersion {
    const { version } = workOf(this.row);
    return { ...version, form: formHere(version.wantedForm) };
  }

  #source(): PredictionTask['source'] {
    const { manifestBlob, path, split, nameEncoding } = workOf(this.row).source;
    if (manifestBlob !== null) return { kind: 'dataset', manifestBlob, split };
    if (path !== null) return { kind: 'path', path, nameEncoding };
    return { kind: 'archive', blob: this.row.archiveBlob as string, nameEncoding };
  }

  /** Writes columns of the row, and more in the same transaction, unless the claim is lost. */
  async #write(
    data: Prisma.PredictionJobUncheckedUpdateManyInput,
    besides?: (tx: Prisma.TransactionClient) => Promise<void>,
  ): Promise<void> {
    const { id, attempt } = this.row;
    await this.parts.prisma.$transaction(async (tx) => {
      const where = { id, attempt, state: 'RUNNING' } as const;
      const { count } = await tx.predictionJob.updateMany({ where, data });
      if (count === 0) throw new ClaimLost();
      await besides?.(tx);
    });
    this.parts.changes.tell('PREDICTION', id);
  }
}

/** Deletes the archive of a job that has ended, unless something else is the same blob. */
export async function deleteArchive(
  { prisma, blobs }: Pick<PredictParts, 'prisma' | 'blobs'>,
  sha256: string | null,
): Promise<void> {
  if (sha256 === null) return;
  for await (const named of namedBlobs(prisma, blobs)) if (named.sha256 === sha256) return;
  await blobs.delete(sha256);
}
