import type { Notices } from '../../cluster/notices.js';
import { HubError } from '../../errors.js';
import type { JobQueue } from '../../jobs/queue.js';
import type { Runner } from '../../jobs/runner.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Actor, Requester } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { Caller } from '../caller.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { PRODUCTION } from '../model/gate.js';
import { findServedVersion } from '../model/model-version-row.js';
import { notFound } from '../not-found.js';
import { deletionRefusal, ownerColumns, ownerOf } from '../owner.js';
import { olderThan, type Page, type PageRequest, pageOfRows } from '../page.js';
import { keepsPhotos } from '../prediction/prediction-log.js';
import { cannotCancel, isFinal } from '../run/run-transitions.js';
import { deleteArchive } from './predict-handler.js';
import type { PredictionJob } from './prediction-job.js';
import { toPredictionJob } from './prediction-job-row.js';
import type { PredictionSources, RequestedSource } from './prediction-source.js';

export interface PredictionRequest {
  readonly model: string;
  /** Null for the version in production. */
  readonly version: number | null;
  readonly source: RequestedSource;
  /** As of `openArchive`. */
  readonly nameEncoding: string | null;
  readonly topK: number;
  /** Whether to keep the answers with their photos for review. */
  readonly keepForReview: boolean;
}

interface PredictionJobParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  readonly sources: PredictionSources;
  readonly queue: JobQueue;
  readonly runner: Pick<Runner, 'cancel'>;
  readonly notices: Notices;
  readonly changes: ChangeNotices;
}

/** Starts, cancels and lists jobs that classify all photos of a source. */
export class PredictionJobService {
  constructor(private readonly parts: PredictionJobParts) {}

  /**
   * Queues a job. An archive is stored first.
   * @throws NOT_FOUND, NOT_READY, NOT_DEPLOYED, BAD_INPUT, LIMIT_EXCEEDED; CONFLICT for photos to keep of a model that keeps none.
   */
  async start(request: PredictionRequest, actor: Actor) {
    const { model, version, source: requested, nameEncoding, topK, keepForReview } = request;
    const { prisma, queue, changes, sources } = this.parts;
    const number = version ?? (await this.#inProduction(model));
    const served = await findServedVersion(prisma, model, number);
    if (keepForReview) await this.#requireReviewable(model, requested);
    const { source, archiveBlob } = await sources.store(requested, nameEncoding, actor.name);
    const data = {
      ...{ model, versionNumber: number, topK, keepForReview, source, archiveBlob },
      version: served as unknown as Prisma.InputJsonObject,
      ...ownerColumns(actor),
    };
    const row = await prisma.$transaction(async (tx) => {
      const made = await tx.predictionJob.create({ data });
      await queue.enqueue(tx, 'predict', { id: made.id });
      const details = { version: number, source: source.name, kind: source.kind, split: source.split, keepForReview };
      const entry = { action: 'PREDICTION_STARTED', subject: `prediction ${made.id}`, model, details } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
      return made;
    });
    changes.tell('PREDICTION', row.id);
    return toPredictionJob(row);
  }

  /** Cancels a job: at once if it waits, else soon. Its answers so far stay. @throws NOT_FOUND, or CONFLICT when it has ended. */
  async cancel(id: string, actor: Actor): Promise<PredictionJob> {
    const { prisma, runner, notices, changes } = this.parts;
    const { model, state } = await this.#require(id);
    if (isFinal(state)) throw cannotCancel('prediction', { id, state });
    if (!runner.cancel('predict', id)) {
      await this.#cancelElsewhere(id);
      notices.tell('cancel', id);
    }
    const entry = { action: 'PREDICTION_CANCELLED', subject: `prediction ${id}`, model } as const;
    await prisma.auditEvent.create({ data: auditRow(actor, entry) });
    changes.tell('PREDICTION', id);
    return this.#require(id);
  }

  /** Deletes a job with its answers. A TRAINER deletes its own ones. @throws NOT_FOUND; FORBIDDEN; CONFLICT unless it has ended. */
  async delete(id: string, { caller, actor }: Requester): Promise<void> {
    const { prisma, blobs, changes } = this.parts;
    const row = await prisma.predictionJob.findUnique({ where: { id }, include: { chunks: true } });
    if (!row) throw notFound('prediction job', id);
    const refusal = predictionDeletionRefusal({ id, owner: ownerOf(row) }, caller);
    if (refusal) throw refusal;
    if (!isFinal(row.state)) {
      const message = `The prediction is ${row.state} and cannot be deleted. Cancel it first.`;
      throw new HubError('CONFLICT', message, { id, state: row.state });
    }
    const entry = { action: 'PREDICTION_DELETED', subject: `prediction ${id}`, model: row.model } as const;
    await prisma.$transaction([
      prisma.predictionJob.delete({ where: { id } }),
      prisma.auditEvent.create({ data: auditRow(actor, entry) }),
    ]);
    for (const { blob } of row.chunks) await blobs.delete(blob); // they name the job: nothing else has the same
    changes.tell('PREDICTION', id);
  }

  async find(id: string): Promise<PredictionJob | null> {
    const row = await this.parts.prisma.predictionJob.findUnique({ where: { id } });
    return row && toPredictionJob(row);
  }

  /** A page, newest first. @param model name of the model to list; null for all. */
  async page(model: string | null, request: PageRequest): Promise<Page<PredictionJob>> {
    const { predictionJob } = this.parts.prisma;
    const { first, after } = request;
    const where = model === null ? {} : { model };
    const page = { orderBy: { id: 'desc' }, take: first + 1 } as const;
    const rows = await predictionJob.findMany({ where: { ...where, ...olderThan(after) }, ...page });
    return pageOfRows(
      rows,
      request,
      (shown) => shown.map(toPredictionJob),
      ({ id }) => id,
      () => predictionJob.count({ where }),
    );
  }

  /** The job at once, and after every change until it has ended. @throws NOT_FOUND. */
  async *follow(id: string): AsyncGenerator<PredictionJob> {
    const notices = this.parts.changes.follow();
    let next = notices.next(); // listens from now on
    try {
      for (;;) {
        const job = await this.#require(id);
        yield job;
        if (isFinal(job.state)) return;
        for (let isAbout = false; !isAbout; ) {
          const { value, done } = await next;
          if (done) return;
          isAbout = value.kind === 'PREDICTION' && (value.id === id || value.id === '');
          next = notices.next();
        }
      }
    } finally {
      await notices.return();
    }
  }

  /** @throws BAD_INPUT for images, which are labeled; CONFLICT for a model that keeps no photos. */
  async #requireReviewable(model: string, source: RequestedSource): Promise<void> {
    if ('datasetVersionId' in source) {
      const message =
        'The images of a dataset version have labels already, so that there is nothing to review: leave out `keepForReview`, or give a folder or archive of photos without labels. `startExamination` finds wrong labels.';
      throw new HubError('BAD_INPUT', message);
    }
    const { logging } = await this.parts.prisma.model.findUniqueOrThrow({ where: { name: model } });
    if (keepsPhotos(logging)) return;
    const message = `${model} keeps no photos, which reviewers would see: an ADMIN turns that on with \`setPredictionLog(keepPhotos: true)\`, or \`hub predictions log ${model} --sample 0 --photos\`. A sample of 0 keeps no answers to clients.`;
    throw new HubError('CONFLICT', message, { model });
  }

  async #inProduction(model: string): Promise<number> {
    const { prisma } = this.parts;
    const where = { name: PRODUCTION, model: { name: model } };
    const alias = await prisma.alias.findFirst({ where, include: { version: true } });
    if (alias) return alias.version.number;
    const found = await prisma.model.findUnique({ where: { name: model } });
    if (!found) throw new HubError('NOT_FOUND', `There is no model named ${model}.`, { model });
    const message = `No version of ${model} is in production: promote one, or name a version by its number.`;
    throw new HubError('NOT_DEPLOYED', message, { model });
  }

  async #require(id: string): Promise<PredictionJob> {
    const job = await this.find(id);
    if (!job) throw notFound('prediction job', id);
    return job;
  }

  /** Cancels a job that another process runs, or nobody: it waits, or its worker has just died. */
  async #cancelElsewhere(id: string): Promise<void> {
    const { prisma, queue } = this.parts;
    const archive = await prisma.$transaction(async (tx) => {
      const { archiveBlob, state } = await tx.predictionJob.findUniqueOrThrow({ where: { id } });
      const where = { id, state: { in: ['QUEUED', 'RUNNING'] } } satisfies Prisma.PredictionJobWhereInput;
      const data = { state: 'CANCELLED', endedAt: new Date(), archiveBlob: null } as const;
      const { count } = await tx.predictionJob.updateMany({ where, data });
      if (count === 0) throw cannotCancel('prediction', { id, state });
      await queue.withdraw(tx, 'predict', id);
      return archiveBlob;
    });
    await deleteArchive(this.parts, archive);
  }
}

/** Why a caller may not delete a job, whatever its state; null if it may. */
export function predictionDeletionRefusal(
  { id, owner }: Pick<PredictionJob, 'id' | 'owner'>,
  caller: Caller,
): HubError | null {
  return deletionRefusal(`The prediction ${id} was started by`, owner, caller);
}
