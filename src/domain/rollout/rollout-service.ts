import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { Notices } from '../../cluster/notices.js';
import type { Processes } from '../../cluster/processes.js';
import { HubError } from '../../errors.js';
import type { Deployments } from '../../serving/deployments.js';
import type { LoadedVersions } from '../../serving/loaded-versions.js';
import type { RolloutFigures } from '../../serving/rollout-figures.js';
import type { Rollouts } from '../../serving/rollouts.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { type Actor, HUB_ACTOR } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { requireHoldable } from '../model/held-versions.js';
import { toServedVersion, withVersionRelations } from '../model/model-version-row.js';
import { olderThan, type PageRequest } from '../page.js';
import { refuseIfMoved } from '../promotion/promotion.js';
import type { PromotionService } from '../promotion/promotion-service.js';
import type { Rollout, RolloutEnd, RolloutStart, RolloutState } from './rollout.js';
import { admitRollout } from './rollout-admission.js';
import { RolloutCounts } from './rollout-counts.js';
import { type RolloutRow, toRollout, withVersions } from './rollout-row.js';

/** Milliseconds between two writes of the figures. */
const SAVE_EVERY = 5000;

type EndState = Exclude<RolloutState, 'RUNNING'>;

export interface RolloutParts {
  readonly prisma: PrismaClient;
  readonly loaded: LoadedVersions;
  readonly deployments: Deployments;
  readonly rollouts: Rollouts;
  readonly promotions: PromotionService;
  readonly processes: Pick<Processes, 'id' | 'isShared'>;
  readonly notices: Notices;
  readonly changes: ChangeNotices;
  readonly log: Logger;
}

/**
 * Starts and ends rollouts and stores their figures. The rows say which rollouts are running: every process that serves takes
 * part in them and counts its own figures.
 */
export class RolloutService {
  /** Runs changes one at a time, so that serving and database agree. */
  readonly #oneChange = pLimit(1);
  readonly #counts: RolloutCounts;
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly parts: RolloutParts) {
    const { prisma, deployments, rollouts, processes } = parts;
    this.#counts = new RolloutCounts(prisma, rollouts, processes.id);
    deployments.events.on('switched', ({ alias, version }) => this.#later(() => this.#moved(alias, version)));
    rollouts.events.on('breached', ({ id, figures }, why) =>
      this.#later(() => this.#endByItself(id, 'ABORTED', why, figures)),
    );
    this.#timer = setInterval(() => this.#later(() => this.#save()), SAVE_EVERY).unref();
  }

  /** A page of the rollouts of a model, newest first. */
  async list(model: string, { first, after }: PageRequest): Promise<Rollout[]> {
    const rows = await this.parts.prisma.rollout.findMany({
      where: { version: { model: { name: model } }, ...olderThan(after) },
      include: withVersions,
      orderBy: { id: 'desc' },
      take: first,
    });
    return rows.map((row) => this.#toRollout(row));
  }

  /**
   * Starts a rollout.
   * @throws NOT_READY; GATE_REFUSED for a canary, as a promotion; APPROVAL_NEEDED for a canary where a second person approves
   * promotions; CONFLICT when the alias points to no version or to this one, or when another rollout is running for it.
   */
  async start(input: RolloutStart, actor: Actor): Promise<Rollout> {
    return this.#oneChange(async () => {
      const { prisma, loaded, promotions } = this.parts;
      const { model, alias, version: number, mode, share, reason, ...more } = input;
      const { maxErrorRate, maxSlowdown, verdictErrorRate } = more;
      const { version, holder } = await admitRollout(promotions, input);
      const candidate = await loaded.hold(toServedVersion(version));
      try {
        const { id } = await prisma.$transaction(async (tx) => {
          await tx.$queryRaw`SELECT id FROM models WHERE id = ${version.modelId} FOR UPDATE`;
          for (const each of [version, holder]) await requireHoldable(tx, each.id);
          const where = { modelId_name: { modelId: version.modelId, name: alias } };
          const now = await tx.alias.findUnique({ where, include: { version: true } });
          refuseIfMoved(alias, now?.version ?? null, holder.number);
          const same = { alias, state: 'RUNNING', version: { modelId: version.modelId } } as const;
          if ((await tx.rollout.count({ where: same })) > 0) {
            const message = `A rollout is already running for ${alias} of ${model}. End it first.`;
            throw new HubError('CONFLICT', message, { model, alias });
          }
          const options = { alias, mode, share, maxErrorRate, maxSlowdown, verdictErrorRate, reason };
          const versions = { versionId: version.id, presentId: holder.id };
          const row = await tx.rollout.create({ data: { ...options, ...versions, startedBy: actor.name } });
          const change = { from: String(holder.number), to: String(number), details: { rollout: row.id, mode, share } };
          const entry = { action: 'ROLLOUT_STARTED', subject: `${model}@${alias}`, model, ...change, reason } as const;
          await tx.auditEvent.create({ data: auditRow(actor, entry) });
          return row;
        });
        const row = await this.#require(id);
        if (this.parts.deployments.serves)
          this.parts.rollouts.begin({ ...row, candidate, figures: this.#counts.begin(row) });
        else await candidate.letGo(); // other processes take part
        this.#tell(model);
        return this.#toRollout(row);
      } catch (error) {
        await candidate.letGo();
        throw error;
      }
    });
  }

  /** Ends a rollout. @throws NOT_FOUND; as a promotion where it ends with one, and then the rollout continues. */
  async end({ model, alias, outcome, overrideGate, reason }: RolloutEnd, actor: Actor): Promise<Rollout> {
    return this.#oneChange(async () => {
      const { promotions } = this.parts;
      const row = await this.#running(model, alias);
      if (!row) throw new HubError('NOT_FOUND', `No rollout is running for ${alias} of ${model}.`, { model, alias });
      if (outcome === 'ABORT') {
        await this.#end(row, 'ABORTED', reason, actor);
      } else {
        const versions = { version: row.version.number, expectedVersion: row.present.number };
        await promotions.promote({ model, alias, ...versions, reason, overrideGate, now: false }, actor, {
          details: { rollout: row.id },
          write: async (tx) => {
            if (!(await this.#writeEnd(tx, row, 'PROMOTED', reason, actor))) throw hasEnded(row);
          },
        });
        await this.#stop(row);
      }
      return this.#toRollout(await this.#require(row.id));
    });
  }

  /** Takes part in the rollouts that the rows say are running, and in no others. To be called once the aliases serve. */
  async reconcile(): Promise<void> {
    await this.#oneChange(async () => {
      const where = { state: 'RUNNING' } as const;
      const rows = await this.parts.prisma.rollout.findMany({ where, include: withVersions });
      const running = new Set(rows.map(({ id }) => id));
      for (const rollout of this.parts.rollouts.list()) {
        if (!running.has(rollout.id)) await this.parts.rollouts.end(rollout);
      }
      for (const row of rows) {
        if (this.#counts.live(row)) continue;
        try {
          await this.#resume(row);
        } catch (error) {
          this.parts.log.error({ err: error, rollout: row.id }, 'a rollout cannot be resumed');
          if (this.parts.processes.isShared) continue; // other processes take part
          const why = error instanceof HubError ? error.message : "The hub's log says why.";
          await this.#endByItself(row.id, 'ABORTED', `It could not be resumed: ${why}`);
        }
      }
    });
  }

  /** Writes the figures; running rollouts are resumed at the next start. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const lost = (err: unknown): void => this.parts.log.error({ err }, 'figures of rollouts were not written');
    await this.#oneChange(() => this.#save()).catch(lost);
  }

  async #resume(row: RolloutRow): Promise<void> {
    const { prisma, loaded, deployments, rollouts } = this.parts;
    const { alias, versionId: id } = row;
    const { name: model, id: modelId } = row.version.model;
    const where = { modelId_name: { modelId, name: alias } };
    const holder = (await prisma.alias.findUnique({ where, include: { version: true } }))?.version;
    if (holder && holder.id !== row.presentId) {
      return this.#moved(alias, { model, versionId: holder.id, number: holder.number });
    }
    const present = deployments.get(model, alias).version;
    if (present.versionId !== row.presentId) throw notFollowed(model, alias);
    const version = await prisma.modelVersion.findUniqueOrThrow({ where: { id }, include: withVersionRelations });
    const candidate = await loaded.hold(toServedVersion(version));
    rollouts.begin({ ...row, candidate, figures: this.#counts.begin(row) });
  }

  /** Ends the rollout of an alias that serves another version now. */
  async #moved(alias: string, { model, versionId, number }: { model: string; versionId: string; number: number }) {
    const row = await this.#running(model, alias);
    if (!row || row.presentId === versionId) return;
    const state = row.versionId === versionId ? 'PROMOTED' : 'ABORTED';
    await this.#endByItself(row.id, state, `${alias} points to version ${number} now.`);
  }

  /** @param figures given when serving has ended it already. */
  async #endByItself(id: string, state: EndState, why: string, figures?: RolloutFigures): Promise<void> {
    const row = await this.#require(id);
    if (row.state !== 'RUNNING') return;
    if (!(await this.#end(row, state, why, HUB_ACTOR, figures))) return;
    this.parts.log.warn(
      { rollout: id, model: row.version.model.name, alias: row.alias, why },
      'rollout ended by itself',
    );
  }

  /** @param own figures of this process, where serving has ended it already. @returns false when another process ended it. */
  async #end(row: RolloutRow, state: EndState, outcome: string, actor: Actor, own?: RolloutFigures): Promise<boolean> {
    const { name: model } = row.version.model;
    const isEnded = await this.parts.prisma.$transaction(async (tx) => {
      if (!(await this.#writeEnd(tx, row, state, outcome, actor, own))) return false;
      const subject = `${model}@${row.alias}`;
      const entry = {
        action: 'ROLLOUT_ENDED',
        subject,
        model,
        reason: outcome,
        details: { rollout: row.id, state },
      } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
      return true;
    });
    await this.#stop(row);
    return isEnded;
  }

  /** Writes the end with the figures of all processes. @returns false when another process has written it. */
  async #writeEnd(
    tx: Prisma.TransactionClient,
    row: RolloutRow,
    state: EndState,
    outcome: string,
    { name: endedBy }: Actor,
    own?: RolloutFigures,
  ): Promise<boolean> {
    const { id } = row;
    const data = { state, outcome, endedBy, endedAt: new Date(), figures: this.#counts.of(row, own).write() };
    const { count } = await tx.rollout.updateMany({ where: { id, state: 'RUNNING' }, data });
    if (count === 1) await tx.rolloutPart.deleteMany({ where: { rolloutId: id } });
    return count === 1;
  }

  async #stop(row: RolloutRow): Promise<void> {
    const rollout = this.#counts.live(row);
    if (rollout) await this.parts.rollouts.end(rollout);
    this.#tell(row.version.model.name);
  }

  /** Tells readers, and the other processes, which take part or end theirs. */
  #tell(model: string): void {
    this.parts.notices.tell('alias', model);
    this.parts.changes.tell('MODEL', model);
  }

  /** Writes the figures of this process, and ends a rollout whose figures of all processes are over a bound. */
  async #save(): Promise<void> {
    for (const rollout of this.parts.rollouts.list()) {
      if (!(await this.#counts.write(rollout))) continue;
      this.parts.changes.tell('MODEL', rollout.candidate.version.model);
      const why = this.#counts.of(await this.#require(rollout.id)).breach(rollout);
      if (why !== null) await this.#endByItself(rollout.id, 'ABORTED', why);
    }
  }

  /** Runs a change that no caller waits for and logs its failure. */
  #later(work: () => Promise<void>): void {
    this.#oneChange(work).catch((err: unknown) => this.parts.log.error({ err }, 'a rollout cannot be written'));
  }

  async #running(model: string, alias: string): Promise<RolloutRow | null> {
    const where = { alias, state: 'RUNNING', version: { model: { name: model } } } as const;
    return this.parts.prisma.rollout.findFirst({ where, include: withVersions });
  }

  async #require(id: string): Promise<RolloutRow> {
    return this.parts.prisma.rollout.findUniqueOrThrow({ where: { id }, include: withVersions });
  }

  #toRollout(row: RolloutRow): Rollout {
    return toRollout(row, this.#counts.of(row));
  }
}

const hasEnded = ({ id }: RolloutRow): HubError =>
  new HubError('CONFLICT', 'The rollout has just ended. Look at it again.', { rollout: id });

const notFollowed = (model: string, alias: string): HubError =>
  new HubError('NOT_DEPLOYED', `This process does not serve the version that ${alias} of ${model} points to yet.`);
