import type { LimitFunction } from 'p-limit';
import type { Logger } from 'pino';
import { type Deployments, deploymentName } from '../../serving/deployments.js';
import { servedForm } from '../../serving/served-version.js';
import type { PrismaClient } from '../../storage/database.js';
import { REMOVED, toAliasEvent } from '../model/alias-event-row.js';
import {
  findVersion,
  type ModelVersionRow,
  toServedVersion,
  withVersionRelations,
} from '../model/model-version-row.js';
import { type FallBack, prepareOrFallBack } from './prepare-or-fall-back.js';
import type { Replicas } from './replicas.js';

interface DeployerParts {
  readonly prisma: PrismaClient;
  readonly deployments: Deployments;
  readonly replicas: Replicas;
  /** Runs changes of aliases one at a time. */
  readonly oneMove: LimitFunction;
  readonly log: Logger;
}

const MADE_AGAIN = {
  reason: 'The form could not be loaded; it is made again, and serves once it is chosen.',
  others: { state: 'PENDING' },
} as const satisfies FallBack;

/** Loads the versions that aliases point to: when the hub starts, when another process moved one, and when a form has changed. */
export class AliasDeployer {
  constructor(private readonly parts: DeployerParts) {}

  /** Loads every aliased version. One that cannot be loaded is reported and logged. */
  async deployAll(): Promise<void> {
    const { prisma, deployments } = this.parts;
    const removals = await prisma.auditEvent.findMany({ where: { action: REMOVED }, orderBy: { number: 'asc' } });
    for (const row of removals) deployments.removed(row.model as string, toAliasEvent(row).alias, row.at);
    await this.reconcile();
  }

  /**
   * Serves here what the aliases say: loads versions that they were moved to, and stops serving aliases that were removed.
   * @param of the only model to look at.
   */
  async reconcile(of?: string): Promise<void> {
    const { prisma, deployments, oneMove } = this.parts;
    const where = of === undefined ? {} : { model: { name: of } };
    const aliases = await prisma.alias.findMany({ where, include: { model: true } });
    for (const { modelId, name } of aliases) await oneMove(() => this.#follow(modelId, name));
    const names = new Set(aliases.map(({ model, name }) => deploymentName(model.name, name)));
    for (const { model, alias } of deployments.states()) {
      const isGone = (of === undefined || of === model) && !names.has(deploymentName(model, alias));
      if (isGone) await oneMove(() => this.#followRemoval(model, alias));
    }
  }

  /** Loads the current form of a version next to the one that serves and switches its aliases to it, in every process. */
  async redeploy(model: string, number: number): Promise<void> {
    const { prisma, deployments, oneMove, replicas } = this.parts;
    const version = await oneMove(async () => {
      const version = await findVersion(prisma, model, number);
      for (const { name } of version.aliases) await this.#deploy(name, version);
      deployments.forget(model, number);
      return version;
    });
    for (const { name } of version.aliases) await replicas.follow(model, name, servedForm(toServedVersion(version)));
  }

  /** Serves the version that an alias points to, unless it serves already. */
  async #follow(modelId: string, name: string): Promise<void> {
    const { prisma, deployments, log } = this.parts;
    const where = { modelId_name: { modelId, name } };
    const include = { version: { include: withVersionRelations } };
    const alias = await prisma.alias.findUnique({ where, include });
    if (!alias) return; // removed meanwhile
    const served = toServedVersion(alias.version);
    const present = deployments.states().find((state) => state.model === served.model && state.alias === name);
    if (present?.form === servedForm(served) && present.error === null) return;
    try {
      await this.#deployOrFallBack(name, alias.version);
      deployments.forget(served.model, served.number);
    } catch (error) {
      deployments.failed(name, served, error);
      log.error({ err: error, model: served.model, alias: name }, 'version cannot be served');
    }
  }

  async #followRemoval(model: string, alias: string): Promise<void> {
    const { prisma, deployments } = this.parts;
    if ((await prisma.alias.count({ where: { name: alias, model: { name: model } } })) > 0) return; // promoted meanwhile
    const where = { action: REMOVED, subject: `${model}@${alias}` } as const;
    const removal = await prisma.auditEvent.findFirst({ where, orderBy: { number: 'desc' } });
    await deployments.remove(model, alias, removal?.at ?? new Date());
  }

  async #deploy(alias: string, version: ModelVersionRow): Promise<void> {
    await (await this.parts.deployments.prepare(toServedVersion(version))).switchTo(alias);
  }

  /** Queues an 8-bit form that cannot be loaded again. */
  async #deployOrFallBack(alias: string, version: ModelVersionRow): Promise<void> {
    const { prepared } = await prepareOrFallBack(this.parts, version, MADE_AGAIN);
    await prepared.switchTo(alias);
  }
}
