import { HubError } from '../../errors.js';
import type { AliasEventType, ModelType, ModelVersionType } from '../../schema/model/model.type.js';
import { type PrismaClient, unlessUniqueViolation } from '../../storage/database.js';
import { inputSizeFor } from '../../training/input-size.js';
import { recipeSchema } from '../../training/recipe.js';
import { toAliasEvent, toModel, toModelVersion, withModelRelations, withVersionRelations } from './model-row.js';
import type { VersionRegistry } from './version-registry.js';

export class ModelService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly registry: VersionRegistry,
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
    const size = inputSizeFor(datasetVersion.width, datasetVersion.height, imageSize);
    const labels = datasetVersion.classes as string[];
    const known = { where: { runId, model: { name } }, include: withVersionRelations };
    const before = await this.prisma.modelVersion.findFirst(known);
    if (before) return toModelVersion(before);
    const about = { model: name, runId, datasetVersionId: datasetVersion.id, backbone, weightsBlob, labels, size };
    const added = this.registry.add(runId, { ...about, testAccuracy, testLoss }, async () => undefined);
    await added.catch(unlessUniqueViolation);
    return toModelVersion(await this.prisma.modelVersion.findFirstOrThrow(known));
  }

  /** Moves of its aliases, newest first, the last hundred. */
  async aliasEvents(model: string): Promise<AliasEventType[]> {
    const where = { model, action: 'ALIAS_MOVED' } as const;
    const rows = await this.prisma.auditEvent.findMany({ where, orderBy: { number: 'desc' }, take: 100 });
    return rows.map(toAliasEvent);
  }
}
