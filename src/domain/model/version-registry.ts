import type { InputSize } from '../../engines/engine.js';
import type { JobQueue } from '../../jobs/queue.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { type Owner, ownerColumns } from '../owner.js';
import type { WebhookOutbox } from '../webhook/webhook-outbox.js';
import { lockModel, refuseArchivedModel } from './held-versions.js';
import { lastRetiredNumber } from './model-deletion-service.js';
import { UNQUANTIZED } from './precision.js';
import type { ReferenceAnswers } from './reference-answers.js';

/** A version that is about to be registered. */
export interface NewModelVersion {
  /** Name of the model, which is created when it does not exist. */
  readonly model: string;
  /** Null for an imported one. */
  readonly runId: string | null;
  readonly datasetVersionId: string;
  readonly backbone: { readonly id: string; readonly sha256: string };
  readonly weightsBlob: string;
  readonly labels: readonly string[];
  readonly size: InputSize;
  readonly testAccuracy: number;
  readonly testLoss: number;
}

/** Registers versions, from runs and from imports, and gives them their numbers. */
export class VersionRegistry {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly references: ReferenceAnswers,
    private readonly queue: JobQueue,
    private readonly outbox: WebhookOutbox,
    private readonly changes: ChangeNotices,
  ) {}

  /**
   * Registers a version. Refused with CONFLICT for an archived model.
   * @param id its id in serving until it has one of its own. @param owner of the version, and of a model that it creates.
   * @param alongside writes more in the same transaction.
   */
  async add(
    id: string,
    version: NewModelVersion,
    owner: Owner,
    alongside: (
      tx: Prisma.TransactionClient,
      version: { readonly id: string; readonly number: number },
    ) => Promise<void>,
  ): Promise<void> {
    const { model: name, runId, datasetVersionId, backbone, weightsBlob, labels, size, ...figures } = version;
    const answering = { backboneBlob: backbone.sha256, weightsBlob, labels, size };
    const expectedBlob = await this.references.record({ id, model: name, datasetVersionId, ...answering });
    const create = { name, lastNumber: await lastRetiredNumber(this.prisma, name), ...ownerColumns(owner) };
    await this.prisma.model.upsert({ where: { name }, create, update: {} });
    await this.prisma.$transaction(async (tx) => {
      // The row lock keeps two registrations from taking the same number.
      const model = await lockModel(tx, name);
      refuseArchivedModel(model);
      const { _max } = await tx.modelVersion.aggregate({ where: { modelId: model.id }, _max: { number: true } });
      const number = Math.max(model.lastNumber, _max.number ?? 0) + 1;
      await tx.model.update({ where: { id: model.id }, data: { lastNumber: number } });
      const made = await tx.modelVersion.create({
        data: {
          ...{ modelId: model.id, number, runId, datasetVersionId, backboneId: backbone.id, weightsBlob, expectedBlob },
          ...{ labels: [...labels], preprocessing: { ...size }, ...figures },
          ...ownerColumns(owner),
          ...{ serving: { create: UNQUANTIZED }, calibration: { create: {} } },
        },
      });
      const { testAccuracy } = figures;
      await this.outbox.put(tx, 'MODEL_VERSION_REGISTERED', { model: name, version: number, runId, testAccuracy });
      for (const kind of ['calibrate', 'quantize'] as const) await this.queue.enqueue(tx, kind, { id: made.id });
      await alongside(tx, made);
    });
    this.changes.tell('MODEL', name);
  }
}
