import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { HubError } from '../../errors.js';
import type { Deployments } from '../../serving/deployments.js';
import { type Prisma, type PrismaClient, unlessUniqueViolation } from '../../storage/database.js';
import { pictureSize } from '../../training/picture-size.js';
import { recipeSchema } from '../../training/recipe.js';
import type { Changes } from '../change/changes.js';
import { type GateVerdict, judge, PRODUCTION } from './gate.js';
import { toModel, toModelVersion, toServedVersion, withModelRelations, withVersionRelations } from './model.record.js';
import type { ModelType, ModelVersionType } from './model.type.js';
import type { RecordedAnswers } from './recorded-answers.js';
import { findVersion } from './version-row.js';

export interface Promotion {
  readonly model: string;
  readonly version: number;
  readonly alias: string;
  readonly reason: string;
  readonly expectedVersion: number | null;
  readonly overrideGate: boolean;
  readonly actor: string;
  readonly requestId: string;
}

export class ModelService {
  /** Moves of aliases follow one another, so that serving and database agree on who came last. */
  readonly #oneMove = pLimit(1);

  constructor(
    private readonly prisma: PrismaClient,
    private readonly deployments: Deployments,
    private readonly recorded: RecordedAnswers,
    private readonly changes: Changes,
    private readonly log: Logger,
  ) {}

  async list(): Promise<ModelType[]> {
    const rows = await this.prisma.model.findMany({ include: withModelRelations, orderBy: { name: 'asc' } });
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
      await tx.modelVersion.create({
        data: {
          modelId: model.id,
          number: (_max.number ?? 0) + 1,
          runId,
          datasetVersionId: datasetVersion.id,
          backboneId: backbone.id,
          weightsBlob,
          expectedBlob,
          labels,
          preprocessing: { ...size },
          testAccuracy,
          testLoss,
        },
      });
    });
    await inserted.catch(unlessUniqueViolation);
    this.changes.tell('MODEL', name);
    return toModelVersion(await this.prisma.modelVersion.findFirstOrThrow(known));
  }

  /**
   * Lets an alias point to a version: gate, load beside what serves, write, switch. Whatever stands in the way, what
   * served before goes on serving.
   */
  async promote(promotion: Promotion): Promise<ModelVersionType> {
    return this.#oneMove(() => this.#promote(promotion));
  }

  async #promote(promotion: Promotion): Promise<ModelVersionType> {
    const { alias, reason, actor, requestId } = promotion;
    const version = await findVersion(this.prisma, promotion.model, promotion.version);
    const where = { modelId_name: { modelId: version.modelId, name: alias } };
    const present = (await this.prisma.alias.findUnique({ where, include: { version: true } }))?.version ?? null;
    const { expectedVersion } = promotion;
    if (expectedVersion !== null && expectedVersion !== (present?.number ?? 0)) {
      const now = present ? `version ${present.number}` : 'no version';
      const message = `${alias} points to ${now} and not to version ${expectedVersion}: look again before you move it.`;
      throw new HubError('CONFLICT', message, { alias, presentVersion: present?.number ?? null });
    }
    const gate = alias === PRODUCTION ? judge(version, present) : [];
    refuseUnlessPassed(gate, promotion);

    const prepared = await this.deployments.prepare(toServedVersion(version));
    try {
      await this.prisma.$transaction([
        this.prisma.alias.upsert({
          where,
          create: { modelId: version.modelId, name: alias, versionId: version.id },
          update: { versionId: version.id },
        }),
        this.prisma.aliasEvent.create({
          data: {
            modelId: version.modelId,
            alias,
            fromVersionId: present?.id ?? null,
            toVersionId: version.id,
            actor,
            reason,
            gate: gate.map((check) => ({ ...check })) satisfies Prisma.InputJsonValue,
            requestId,
          },
        }),
      ]);
    } catch (error) {
      await prepared.abandon();
      throw error;
    }
    await prepared.switchTo(alias);
    this.changes.tell('MODEL', promotion.model);
    this.log.info({ model: promotion.model, alias, from: present?.number, to: version.number, actor }, 'alias moved');
    return toModelVersion(await findVersion(this.prisma, promotion.model, promotion.version));
  }

  /** Loads what the aliases point to, at the start of the hub. One that cannot be loaded is reported, not hidden. */
  async deployAll(): Promise<void> {
    const rows = await this.prisma.alias.findMany({ include: { version: { include: withVersionRelations } } });
    for (const { name, version } of rows) {
      try {
        await (await this.deployments.prepare(toServedVersion(version))).switchTo(name);
      } catch (error) {
        this.deployments.failed(version.model.name, name, error);
        this.log.error({ err: error, model: version.model.name, alias: name }, 'version cannot be served');
      }
    }
  }
}

function refuseUnlessPassed(gate: readonly GateVerdict[], { model, version, overrideGate }: Promotion): void {
  const failed = gate.filter((check) => !check.passed);
  if (failed.length === 0 || overrideGate) return;
  const why = failed.map((check) => `${check.rule}: ${check.detail}`).join(' ');
  throw new HubError('GATE_REFUSED', `The gate refuses version ${version} of ${model}. ${why}`, { gate });
}
