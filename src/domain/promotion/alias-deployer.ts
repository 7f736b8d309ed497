import type { LimitFunction } from 'p-limit';
import type { Logger } from 'pino';
import { isShuttingDown } from '../../errors.js';
import type { Deployments } from '../../serving/deployments.js';
import type { PrismaClient } from '../../storage/database.js';
import { REMOVED, toAliasEvent } from '../model/alias-event-row.js';
import {
  findVersion,
  type ModelVersionRow,
  toServedVersion,
  withVersionRelations,
} from '../model/model-version-row.js';
import { fallBackToFloats } from '../model/readiness.js';

interface DeployerParts {
  readonly prisma: PrismaClient;
  readonly deployments: Deployments;
  /** Runs changes of aliases one at a time. */
  readonly oneMove: LimitFunction;
  readonly log: Logger;
}

/** Loads the versions that aliases point to: all when the hub starts, and one again when its form has changed. */
export class AliasDeployer {
  constructor(private readonly parts: DeployerParts) {}

  /** Loads every aliased version. One that cannot be loaded is reported and logged. */
  async deployAll(): Promise<void> {
    const { prisma, deployments, oneMove, log } = this.parts;
    const removals = await prisma.auditEvent.findMany({ where: { action: REMOVED }, orderBy: { number: 'asc' } });
    for (const row of removals) deployments.removed(row.model as string, toAliasEvent(row).alias, row.at);
    for (const { modelId, name } of await prisma.alias.findMany()) {
      await oneMove(async () => {
        const where = { modelId_name: { modelId, name } };
        const include = { version: { include: withVersionRelations } };
        const alias = await prisma.alias.findUnique({ where, include });
        if (!alias) return; // removed meanwhile
        const { version } = alias;
        try {
          await this.#deployOrFallBack(name, version);
        } catch (error) {
          deployments.failed(version.model.name, name, error);
          log.error({ err: error, model: version.model.name, alias: name }, 'version cannot be served');
        }
      });
    }
  }

  /** Loads the current form of a version next to the one that serves and switches its aliases to it. */
  async redeploy(model: string, number: number): Promise<void> {
    const { prisma, deployments, oneMove } = this.parts;
    await oneMove(async () => {
      const version = await findVersion(prisma, model, number);
      for (const { name } of version.aliases) await this.#deploy(name, version);
      deployments.forget(model, number);
    });
  }

  async #deploy(alias: string, version: ModelVersionRow): Promise<void> {
    await (await this.parts.deployments.prepare(toServedVersion(version))).switchTo(alias);
  }

  /** Serves FP32 and queues the 8-bit form again when that form cannot be loaded. */
  async #deployOrFallBack(alias: string, version: ModelVersionRow): Promise<void> {
    const { prisma, log } = this.parts;
    try {
      await this.#deploy(alias, version);
    } catch (error) {
      if (version.serving?.precision !== 'INT8' || isShuttingDown(error)) throw error;
      const { id: versionId, model, number } = version;
      const what = { err: error, model: model.name, version: number };
      log.warn(what, 'the 8-bit form cannot be loaded: FP32 serves, and the form is made again');
      const why = 'The 8-bit form could not be loaded; it is made again, and serves once it is chosen.';
      const again = { state: 'PENDING' } as const;
      const serving = await prisma.$transaction((tx) => fallBackToFloats(tx, versionId, why, again));
      await this.#deploy(alias, { ...version, serving });
    }
  }
}
