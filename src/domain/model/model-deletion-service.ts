import { randomUUID } from 'node:crypto';
import type { JobQueue } from '../../jobs/queue.js';
import type { Deployments } from '../../serving/deployments.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { PredictionLog } from '../prediction/prediction-log.js';
import { removeAnswers } from '../prediction/review-score.js';
import type { RunBlobs } from '../run/run-blobs.js';
import type { WebhookOutbox } from '../webhook/webhook-outbox.js';
import { lockModel, refuseIfHeld, refuseIfImporting, versionOf } from './held-versions.js';

interface DeletionParts {
  readonly prisma: PrismaClient;
  readonly queue: JobQueue;
  readonly runBlobs: RunBlobs;
  readonly deployments: Pick<Deployments, 'forget'>;
  readonly predictionLog: Pick<PredictionLog, 'load'>;
  readonly outbox: WebhookOutbox;
  readonly changes: ChangeNotices;
}

/**
 * Deletes models and versions, with what belongs to them: kept answers, ended rollouts, decided promotion requests, blobs
 * that nothing else names. The audit stays. Numbers of deleted versions are not given again.
 */
export class ModelDeletionService {
  constructor(private readonly parts: DeletionParts) {}

  /** @throws NOT_FOUND; CONFLICT naming what holds the version. */
  async deleteVersion(name: string, number: number, actor: Actor): Promise<void> {
    await this.parts.prisma.$transaction(async (tx) => {
      const model = await lockModel(tx, name);
      const { id, runId, testAccuracy } = await versionOf(tx, model, number);
      await refuseIfHeld(tx, { id }, `Version ${number} of ${name} cannot be deleted`);
      await removeAnswers(tx, { versionId: id }, () => this.#deleteVersions(tx, { id }));
      await tx.model.update({ where: { name }, data: { lastNumber: Math.max(model.lastNumber, number) } });
      const details = { runId, testAccuracy };
      await this.parts.outbox.put(tx, 'MODEL_VERSION_DELETED', { model: name, version: number, actor: actor.name });
      const entry = { action: 'MODEL_VERSION_DELETED', subject: `${name} ${number}`, model: name, details } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
    });
    this.#forget(name, [number]);
  }

  /** Deletes a model with all of its versions. @throws NOT_FOUND; CONFLICT naming what holds a version. */
  async deleteModel(name: string, actor: Actor): Promise<void> {
    const numbers = await this.parts.prisma.$transaction(async (tx) => {
      const { id, lastNumber } = await lockModel(tx, name);
      await refuseIfHeld(tx, { modelId: id }, `The model ${name} cannot be deleted`);
      await refuseIfImporting(tx, name, `The model ${name} cannot be deleted`);
      const versions = await tx.modelVersion.findMany({ where: { modelId: id }, select: { number: true } });
      await this.#deleteVersions(tx, { modelId: id });
      await tx.model.delete({ where: { id } });
      const deleted = versions.map(({ number }) => number).sort((a, b) => a - b);
      const details: RetiredNumbers = { versions: deleted, lastNumber: Math.max(lastNumber, 0, ...deleted) };
      await this.parts.outbox.put(tx, 'MODEL_DELETED', { model: name, versions: deleted, actor: actor.name });
      const entry = { action: 'MODEL_DELETED', subject: name, model: name, details: { ...details } } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
      return deleted;
    });
    await this.parts.predictionLog.load();
    this.#forget(name, numbers);
  }

  async #deleteVersions(tx: Prisma.TransactionClient, where: Prisma.ModelVersionWhereInput): Promise<void> {
    const { queue, runBlobs } = this.parts;
    const versions = await tx.modelVersion.findMany({ where });
    const ids = versions.map(({ id }) => id);
    const of = { versionId: { in: ids } };
    const servings = await tx.versionServing.findMany({ where: of, select: { quantizedBlob: true } });
    const calibrations = await tx.versionCalibration.findMany({ where: of, select: { outlierBlob: true } });
    const photos = await tx.loggedPrediction.findMany({
      where: { ...of, photoBlob: { not: null } },
      select: { photoBlob: true },
      distinct: 'photoBlob',
    });
    await tx.rollout.deleteMany({ where: { OR: [of, { presentId: { in: ids } }] } });
    await tx.promotionRequest.deleteMany({ where: of });
    await tx.modelImport.updateMany({ where: of, data: { versionId: null } });
    await tx.modelVersion.deleteMany({ where: { id: { in: ids } } });
    for (const id of ids) {
      for (const kind of ['calibrate', 'quantize'] as const) await queue.withdraw(tx, kind, id);
    }
    await runBlobs.release(tx, [
      ...versions.flatMap(({ weightsBlob, expectedBlob }) => [weightsBlob, expectedBlob]),
      ...servings.map(({ quantizedBlob }) => quantizedBlob),
      ...calibrations.map(({ outlierBlob }) => outlierBlob),
      ...photos.map(({ photoBlob }) => photoBlob),
    ]);
    await queue.enqueue(tx, 'release', { id: randomUUID() });
  }

  #forget(name: string, numbers: readonly number[]): void {
    for (const number of numbers) this.parts.deployments.forget(name, number);
    this.parts.changes.tell('MODEL', name);
  }
}

/** Details of the audit event MODEL_DELETED. */
interface RetiredNumbers {
  readonly versions: readonly number[];
  /** Highest number that a version of the model had. */
  readonly lastNumber: number;
}

/** The highest number that a deleted model of this name had given to a version; 0 if there was none. */
export async function lastRetiredNumber(prisma: PrismaClient, model: string): Promise<number> {
  const where = { action: 'MODEL_DELETED', model } as const;
  const deleted = await prisma.auditEvent.findFirst({ where, orderBy: { number: 'desc' } });
  return deleted ? (JSON.parse(deleted.details) as RetiredNumbers).lastNumber : 0;
}
