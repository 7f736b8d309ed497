import type { Logger } from 'pino';
import type { Notices } from '../../cluster/notices.js';
import type { Processes } from '../../cluster/processes.js';

/** The other processes that serve: they follow what happens to an alias here. */
export class Replicas {
  constructor(
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

  /** Names of the live processes that do not serve a version under all of these aliases. */
  async behind(model: string, aliases: readonly string[], form: string): Promise<string[]> {
    if (aliases.length === 0) return [];
    const serving = await this.processes.serving();
    const isBehind = (alias: string, states: (typeof serving)[number]['serving']): boolean =>
      !states.some((each) => each.model === model && each.alias === alias && each.form === form && !each.error);
    return serving.filter((each) => aliases.some((alias) => isBehind(alias, each.serving))).map(({ name }) => name);
  }
}
