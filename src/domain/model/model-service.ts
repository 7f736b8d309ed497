import { HubError } from '../../errors.js';
import { type Prisma, type PrismaClient, unlessUniqueViolation } from '../../storage/database.js';
import { inputSizeFor } from '../../training/input-size.js';
import type { Requester } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import { notFound } from '../not-found.js';
import { numberOf, type PageRequest } from '../page.js';
import { recipeOf, withRunRelations } from '../run/run-row.js';
import { ALIAS_CHANGES, toAliasEvent } from './alias-event-row.js';
import type { AliasEvent, Model, ModelVersion } from './model.js';
import { reachableRun } from './model-reach.js';
import { toModel, withModelRelations } from './model-row.js';
import { toModelVersion, withVersionRelations } from './model-version-row.js';
import type { VersionRegistry } from './version-registry.js';

const NO_FIGURES = 'The run cannot be registered: its answers to test images are not numbers. Train it again.';

/** Lists models and registers versions. */
export class ModelService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly registry: VersionRegistry,
  ) {}

  /** Lists models by name. @param only name of the one model to list; null for all. @param archived archived ones too. */
  async list(only: string | null, archived: boolean): Promise<Model[]> {
    const where = { ...(only === null ? {} : { name: only }), ...(archived ? {} : { archivedAt: null }) };
    const rows = await this.prisma.model.findMany({ where, include: withModelRelations, orderBy: { name: 'asc' } });
    return rows.map(toModel);
  }

  async find(by: { readonly name: string } | { readonly id: string }): Promise<Model | null> {
    const row = await this.prisma.model.findUnique({ where: by, include: withModelRelations });
    return row && toModel(row);
  }

  async findVersion(id: string): Promise<ModelVersion | null> {
    const row = await this.prisma.modelVersion.findUnique({ where: { id }, include: withVersionRelations });
    return row && toModelVersion(row);
  }

  /**
   * Registers the weights of a run as a version. A run that is registered already returns its version; a token for one
   * model reaches no other.
   * @param alongside writes more in the same transaction; in one of its own for a run that is registered already.
   * @throws NOT_FOUND; CONFLICT for a run that has not succeeded; WEIGHTS_REFUSED for one whose answers are not numbers.
   */
  async register(
    runId: string,
    name: string,
    { caller, actor }: Requester,
    alongside?: (tx: Prisma.TransactionClient, version: { readonly number: number }) => Promise<void>,
  ): Promise<ModelVersion> {
    const run = await this.prisma.run.findUnique({ where: reachableRun(runId, caller), include: withRunRelations });
    if (!run) throw notFound('run', runId);
    const { weightsBlob, backbone, testAccuracy, testLoss, datasetVersion } = run;
    if (run.state !== 'SUCCEEDED' || !weightsBlob || !backbone || testAccuracy === null || testLoss === null) {
      throw new HubError('CONFLICT', `The run is ${run.state}: only a run that succeeded can be registered.`, {
        runId,
      });
    }
    if (!Number.isFinite(testLoss)) throw new HubError('WEIGHTS_REFUSED', NO_FIGURES, { runId });
    const { imageSize } = recipeOf(run);
    const { classes: labels } = toDatasetVersion(datasetVersion);
    const size = inputSizeFor(datasetVersion.width, datasetVersion.height, imageSize);
    const known = { where: { runId, model: { name } }, include: withVersionRelations };
    const before = await this.prisma.modelVersion.findFirst(known);
    if (before) {
      if (alongside) await this.prisma.$transaction((tx) => alongside(tx, before));
      return toModelVersion(before);
    }
    const about = { model: name, runId, datasetVersionId: datasetVersion.id, backbone, weightsBlob, labels, size };
    const audited = async (tx: Prisma.TransactionClient, made: { readonly number: number }): Promise<void> => {
      const subject = `${name} ${made.number}`;
      const entry = { action: 'MODEL_VERSION_REGISTERED', subject, model: name, details: { runId } } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
      await alongside?.(tx, made);
    };
    const added = this.registry.add(runId, { ...about, testAccuracy, testLoss }, actor, audited);
    await added.catch(unlessUniqueViolation);
    return toModelVersion(await this.prisma.modelVersion.findFirstOrThrow(known));
  }

  /** A page of the moves and removals of a model's aliases, newest first. */
  async aliasEvents(model: string, { first, after }: PageRequest): Promise<AliasEvent[]> {
    const older = after === null ? {} : { number: { lt: numberOf(after) } };
    const where = { model, action: { in: [...ALIAS_CHANGES] }, ...older };
    const rows = await this.prisma.auditEvent.findMany({ where, orderBy: { number: 'desc' }, take: first });
    return rows.map(toAliasEvent);
  }
}
