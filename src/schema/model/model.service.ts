import { HubError } from '../../errors.js';
import { type PrismaClient, unlessUniqueViolation } from '../../storage/database.js';
import { pictureSize } from '../../training/picture-size.js';
import { recipeSchema } from '../../training/recipe.js';
import type { Changes } from '../change/changes.js';
import type { WebhookOutbox } from '../webhook/webhook.outbox.js';
import { toAliasEvent, toModel, toModelVersion, withModelRelations, withVersionRelations } from './model.record.js';
import type { AliasEventType, ModelType, ModelVersionType } from './model.type.js';
import { TO_BE_MADE } from './precision.js';
import type { RecordedAnswers } from './recorded-answers.js';

export class ModelService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly recorded: RecordedAnswers,
    /** Where new versions wait for what is made of them. */
    private readonly queues: readonly { wake(): void }[],
    private readonly outbox: WebhookOutbox,
    private readonly changes: Changes,
  ) {}

  /** @param only name of the one to list; null for all. */
  async list(only: string | null): Promise<ModelType[]> {
    const where = only === null ? {} : { name: only };
    const rows = await this.prisma.model.findMany({ where, include: withModelRelations, orderBy: { name: 'asc' } });
    return rows.map(toModel);
  }

  async find(name: string): Promise<ModelType | null> {
    const row = await this.prisma.model.findUnique({ where: { name }, include: withModelRelations });
    return row && toModel(row);
  }

  /** Registers what a run made. The same run again returns the version that it has. */
  async register(runId: string, name: string): Promise<ModelVersionType> {
    const run = await this.prisma.run.findUnique({
      where: { id: runId },
      include: { datasetVersion: true, backbone: true },
    });
    if (!run) throw new HubError('NOT_FOUND', 'There is no run with this id.', { runId });
    const { weightsBlob, backbone, testAccuracy, testLoss, datasetVersion } = run;
    if (run.state !== 'SUCCEEDED' || !weightsBlob || !backbone || testAccuracy === null || testLoss === null) {
      throw new HubError('CONFLICT', `The run is ${run.state}: only a run that succeeded makes a version.`, { runId });
    }
    const { imageSize } = recipeSchema.parse(run.recipe);
    const size = pictureSize(datasetVersion.width, datasetVersion.height, imageSize);
    const labels = datasetVersion.classes as string[];
    const known = { where: { runId, model: { name } }, include: withVersionRelations };
    const before = await this.prisma.modelVersion.findFirst(known);
    if (before) return toModelVersion(before);
    const answering = { backboneBlob: backbone.sha256, weightsBlob, labels, size };
    const about = { runId, model: name, datasetVersionId: datasetVersion.id };
    const expectedBlob = await this.recorded.record({ ...about, ...answering });
    const model = await this.prisma.model.upsert({ where: { name }, create: { name }, update: {} });
    const inserted = this.prisma.$transaction(async (tx) => {
      // The row lock keeps two registrations from taking the same number.
      await tx.$queryRaw`SELECT id FROM models WHERE id = ${model.id} FOR UPDATE`;
      const { _max } = await tx.modelVersion.aggregate({ where: { modelId: model.id }, _max: { number: true } });
      const number = (_max.number ?? 0) + 1;
      await tx.modelVersion.create({
        data: {
          modelId: model.id,
          number,
          runId,
          datasetVersionId: datasetVersion.id,
          backboneId: backbone.id,
          weightsBlob,
          expectedBlob,
          labels,
          preprocessing: { ...size },
          testAccuracy,
          testLoss,
          serving: { create: TO_BE_MADE },
          calibration: { create: {} },
        },
      });
      await this.outbox.put(tx, 'MODEL_VERSION_REGISTERED', { model: name, version: number, runId, testAccuracy });
    });
    await inserted.catch(unlessUniqueViolation);
    this.changes.tell('MODEL', name);
    this.outbox.tell();
    for (const queue of this.queues) queue.wake();
    return toModelVersion(await this.prisma.modelVersion.findFirstOrThrow(known));
  }

  /** Moves of its aliases, newest first, the last hundred. */
  async aliasEvents(model: string): Promise<AliasEventType[]> {
    const where = { model, action: 'ALIAS_MOVED' } as const;
    const rows = await this.prisma.auditEvent.findMany({ where, orderBy: { number: 'desc' }, take: 100 });
    return rows.map(toAliasEvent);
  }
}
