import type { Logger } from 'pino';
import type { Notices } from '../../cluster/notices.js';
import type { Processes } from '../../cluster/processes.js';
import { servedForm } from '../../serving/served-version.js';
import type { PrismaClient } from '../../storage/database.js';
import type { ModelVersion } from '../model/model.js';
import { findVersion, toServedVersion } from '../model/model-version-row.js';

/** The other processes that serve: they follow what happens to an alias here. */
export class Replicas {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly processes: Processes,
    private readonly notices: Notices,
    private readonly log: Logger,
  ) {}

  /**
   * Has every live process serve an alias as its row says, and waits for it.
   * @param form as `servedForm` names it; null where nothing shall serve the alias any more.
   */
  async follow(model: string, alias: string, form: string | null): Promise<void> {
    this.notices.tell('alias', model);
    const behind = await this.processes.reach(model, alias, form);
    if (behind.length > 0) this.log.warn({ model, alias, processes: behind }, 'processes do not follow an alias yet');
  }

  /** Names of the live processes that do not serve a version under all of its aliases. */
  async behind({ model, number, aliases }: Pick<ModelVersion, 'model' | 'number' | 'aliases'>): Promise<string[]> {
    if (aliases.length === 0) return [];
    const form = servedForm(toServedVersion(await findVersion(this.prisma, model, number)));
    const behind = await Promise.all(aliases.map((alias) => this.processes.behind(model, alias, form)));
    return [...new Set(behind.flat().map(({ name }) => name))];
  }
}
