import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { HubError } from '../../errors.js';
import type { EndTrialInput, StartTrialInput } from '../../schema/rollout/rollout.input.js';
import type { VersionTrialType } from '../../schema/rollout/rollout.type.js';
import type { Deployments } from '../../serving/deployments.js';
import type { RolloutFigures } from '../../serving/rollout-figures.js';
import type { Rollout, Rollouts } from '../../serving/rollouts.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { type Actor, HUB_ACTOR } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { toServedVersion, withVersionRelations } from '../model/model-row.js';
import type { PromotionService, Standing } from '../promotion/promotion-service.js';
import { type TrialRow, toFigures, toTrial, withVersions } from './rollout-row.js';

/** Of the photos that a version may answer which the alias does not point to. */
const LARGEST_CANARY = 0.5;
/** Milliseconds after which what was counted is written again. */
const SAVE_EVERY = 5000;

type EndState = 'PROMOTED' | 'ABORTED';

export interface TrialParts {
  readonly prisma: PrismaClient;
  readonly deployments: Deployments;
  readonly trials: Rollouts;
  readonly promotions: PromotionService;
  readonly changes: ChangeNotices;
  readonly log: Logger;
}

/** Begins and ends trials, keeps their figures, and goes on with them when the hub starts. */
export class TrialService {
  /** Changes follow one another, so that serving and database agree. */
  readonly #oneChange = pLimit(1);
  /** How much was counted when it was written last, by trial. */
  readonly #saved = new WeakMap<Rollout, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly parts: TrialParts) {
    const { deployments, trials } = parts;
    deployments.events.on('switched', ({ alias, version }) => this.#later(() => this.#moved(alias, version)));
    trials.events.on('breached', ({ id, figures }, why) =>
      this.#later(() => this.#endByItself(id, 'ABORTED', why, figures)),
    );
    this.#timer = setInterval(() => this.#later(() => this.#save()), SAVE_EVERY).unref();
  }

  /** Of a model, newest first, the last hundred. */
  async list(model: string): Promise<VersionTrialType[]> {
    const rows = await this.parts.prisma.versionTrial.findMany({
      where: { version: { model: { name: model } } },
      include: withVersions,
      orderBy: { id: 'desc' },
      take: 100,
    });
    return rows.map((row) => this.#toType(row));
  }

  /**
   * @throws GATE_REFUSED for a canary, as a promotion; APPROVAL_NEEDED for one where a second person approves; CONFLICT when
   * the alias points to nothing or to this version, or when another one is tried for it.
   */
  async start(input: StartTrialInput, by: Actor): Promise<VersionTrialType> {
    return this.#oneChange(async () => {
      const { prisma, deployments } = this.parts;
      const { model, alias, version: number, mode, share, maxErrorRate, maxSlowdown, reason } = input;
      const { version, holder } = await this.#standing(input);
      const candidate = await deployments.holdVersion(toServedVersion(version));
      try {
        const { id } = await prisma.$transaction(async (tx) => {
          await tx.$queryRaw`SELECT id FROM models WHERE id = ${version.modelId} FOR UPDATE`;
          const same = { alias, state: 'RUNNING', version: { modelId: version.modelId } } as const;
          if ((await tx.versionTrial.count({ where: same })) > 0) {
            const message = `Another version is tried for ${alias} of ${model}: end that first.`;
            throw new HubError('CONFLICT', message, { model, alias });
          }
          const trial = { alias, mode, share, maxErrorRate, maxSlowdown, reason };
          const versions = { versionId: version.id, presentId: holder.id };
          const row = await tx.versionTrial.create({ data: { ...trial, ...versions, startedBy: by.name } });
          const change = { from: String(holder.number), to: String(number), details: { trial: row.id, mode, share } };
          const entry = { action: 'TRIAL_STARTED', subject: `${model}@${alias}`, model, ...change, reason } as const;
          await tx.auditEvent.create({ data: auditRow(by, entry) });
          return row;
        });
        const row = await this.#require(id);
        this.parts.trials.begin({ ...row, candidate, figures: toFigures(row) });
        this.parts.changes.tell('MODEL', model);
        return this.#toType(row);
      } catch (error) {
        await candidate.letGo();
        throw error;
      }
    });
  }

  /** @throws NOT_FOUND when there is none; as a promotion where it ends by one, and then it goes on. */
  async end({ model, alias, outcome, overrideGate, reason }: EndTrialInput, by: Actor): Promise<VersionTrialType> {
    return this.#oneChange(async () => {
      const { promotions } = this.parts;
      const row = await this.#running(model, alias);
      if (!row) throw new HubError('NOT_FOUND', `No version is tried for ${alias} of ${model}.`, { model, alias });
      if (outcome === 'ABORT') {
        await this.#end(row, 'ABORTED', reason, by);
      } else {
        const versions = { version: row.version.number, expectedVersion: row.present.number };
        await promotions.promote({ model, alias, ...versions, reason, overrideGate }, by, {
          details: { trial: row.id },
          write: (tx) => this.#writeEnd(tx, row, 'PROMOTED', reason, by),
        });
        await this.#stop(row);
      }
      return this.#toType(await this.#require(row.id));
    });
  }

  /** Goes on with what was under way when the hub ended. To be called once the aliases serve. */
  async recover(): Promise<void> {
    await this.#oneChange(async () => {
      const where = { state: 'RUNNING' } as const;
      for (const row of await this.parts.prisma.versionTrial.findMany({ where, include: withVersions })) {
        try {
          await this.#resume(row);
        } catch (error) {
          this.parts.log.error({ err: error, trial: row.id }, 'a trial cannot go on');
          const why = error instanceof HubError ? error.message : "The hub's log says why.";
          await this.#endByItself(row.id, 'ABORTED', `It could not go on when the hub started: ${why}`);
        }
      }
    });
  }

  /** Writes what was counted; trials go on when a hub starts. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#oneChange(() => this.#save());
  }

  async #standing(input: StartTrialInput): Promise<Standing & { holder: NonNullable<Standing['holder']> }> {
    const { promotions } = this.parts;
    const { model, alias, version, mode, share } = input;
    const isCanary = mode === 'CANARY';
    if (isCanary && share > LARGEST_CANARY) {
      const message = `A canary answers at most half of the photos (${LARGEST_CANARY}); ${share} was received. For more, promote it.`;
      throw new HubError('LIMIT_EXCEEDED', message, { limit: LARGEST_CANARY, received: share });
    }
    const standing = isCanary
      ? await promotions.checked({ ...input, expectedVersion: null })
      : await promotions.check(model, version, alias);
    const { holder, needsSecondPerson } = standing;
    if (!holder || holder.number === version) {
      const now = holder ? 'points to this version already' : 'points to no version: promote one first';
      throw new HubError('CONFLICT', `${alias} of ${model} ${now}.`, { model, alias, version });
    }
    if (isCanary && needsSecondPerson) {
      const message = `A second person approves what answers as ${alias} of ${model}: try it as a SHADOW, or request its promotion.`;
      throw new HubError('APPROVAL_NEEDED', message, { model, alias });
    }
    return { ...standing, holder };
  }

  async #resume(row: TrialRow): Promise<void> {
    const { prisma, deployments, trials } = this.parts;
    const { alias, versionId: id } = row;
    const present = deployments.get(row.version.model.name, alias).version;
    if (present.versionId !== row.presentId) return this.#moved(alias, present);
    const version = await prisma.modelVersion.findUniqueOrThrow({ where: { id }, include: withVersionRelations });
    const candidate = await deployments.holdVersion(toServedVersion(version));
    trials.begin({ ...row, candidate, figures: toFigures(row) });
  }

  /** An alias serves another version: what was tried against the one before is over. */
  async #moved(alias: string, { model, versionId, number }: { model: string; versionId: string; number: number }) {
    const row = await this.#running(model, alias);
    if (!row || row.presentId === versionId) return;
    const state = row.versionId === versionId ? 'PROMOTED' : 'ABORTED';
    await this.#endByItself(row.id, state, `${alias} points to version ${number} now.`);
  }

  /** @param figures where serving has ended it already. */
  async #endByItself(id: string, state: EndState, why: string, figures?: RolloutFigures): Promise<void> {
    const row = await this.#require(id);
    if (row.state !== 'RUNNING') return;
    await this.#end(row, state, why, HUB_ACTOR, figures);
    this.parts.log.warn({ trial: id, model: row.version.model.name, alias: row.alias, why }, 'trial ended by itself');
  }

  async #end(row: TrialRow, state: EndState, outcome: string, by: Actor, figures = this.#figures(row)): Promise<void> {
    const { name: model } = row.version.model;
    await this.parts.prisma.$transaction(async (tx) => {
      await this.#writeEnd(tx, row, state, outcome, by, figures);
      const subject = `${model}@${row.alias}`;
      const entry = {
        action: 'TRIAL_ENDED',
        subject,
        model,
        reason: outcome,
        details: { trial: row.id, state },
      } as const;
      await tx.auditEvent.create({ data: auditRow(by, entry) });
    });
    await this.#stop(row);
  }

  async #writeEnd(
    tx: Prisma.TransactionClient,
    row: TrialRow,
    state: EndState,
    outcome: string,
    { name: endedBy }: Actor,
    figures = this.#figures(row),
  ): Promise<void> {
    const data = { state, outcome, endedBy, endedAt: new Date(), figures: figures.write() };
    await tx.versionTrial.update({ where: { id: row.id }, data });
  }

  async #stop(row: TrialRow): Promise<void> {
    const trial = this.#live(row);
    if (trial) await this.parts.trials.end(trial);
    this.parts.changes.tell('MODEL', row.version.model.name);
  }

  async #save(): Promise<void> {
    for (const trial of this.parts.trials.list()) {
      const { id, figures } = trial;
      const { total } = figures;
      if (this.#saved.get(trial) === total) continue;
      const data = { figures: figures.write() };
      await this.parts.prisma.versionTrial.updateMany({ where: { id, state: 'RUNNING' }, data });
      this.#saved.set(trial, total);
      this.parts.changes.tell('MODEL', trial.candidate.version.model);
    }
  }

  /** Something that nobody waits for. */
  #later(work: () => Promise<void>): void {
    this.#oneChange(work).catch((err: unknown) => this.parts.log.error({ err }, 'a trial cannot be written'));
  }

  async #running(model: string, alias: string): Promise<TrialRow | null> {
    const where = { alias, state: 'RUNNING', version: { model: { name: model } } } as const;
    return this.parts.prisma.versionTrial.findFirst({ where, include: withVersions });
  }

  async #require(id: string): Promise<TrialRow> {
    return this.parts.prisma.versionTrial.findUniqueOrThrow({ where: { id }, include: withVersions });
  }

  #live({ id, alias, version }: TrialRow): Rollout | undefined {
    const trial = this.parts.trials.find(version.model.name, alias);
    return trial?.id === id ? trial : undefined;
  }

  #figures(row: TrialRow): RolloutFigures {
    return this.#live(row)?.figures ?? toFigures(row);
  }

  #toType(row: TrialRow): VersionTrialType {
    return toTrial(row, this.#figures(row));
  }
}
