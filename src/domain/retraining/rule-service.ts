import { HubError } from '../../errors.js';
import type { JobQueue } from '../../jobs/queue.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { stagesOf } from '../../training/pipeline.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import { backboneNetwork } from '../backbone/backbone-network.js';
import type { BackboneService } from '../backbone/backbone-service.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { lockModel, refuseArchivedModel } from '../model/held-versions.js';
import { modelNotFound } from '../not-found.js';
import { ownerColumns } from '../owner.js';
import type { PredictionService } from '../prediction/prediction-service.js';
import { requirePipeline } from '../run/run-plan.js';
import type { RunService } from '../run/run-service.js';
import { findInProduction } from './production.js';
import {
  checkThreshold,
  type RetrainingRound,
  type RetrainingRule,
  type RuleMode,
  type RuleOutlook,
  type RuleSettings,
  UNDER_WAY,
} from './rule.js';
import { DAY_MS, measure } from './rule-measure.js';
import { type RoundRow, type RuleRow, toRound, toRule, withModel } from './rule-row.js';

/** Most rules of a model. */
const MOST_RULES = 20;
const WEEK_MS = 7 * DAY_MS;

/** A rule by name. */
export interface RuleName {
  readonly model: string;
  readonly name: string;
}

interface RuleParts {
  readonly prisma: PrismaClient;
  readonly queue: JobQueue;
  readonly changes: ChangeNotices;
  readonly predictions: Pick<PredictionService, 'traffic'>;
  readonly backbones: Pick<BackboneService, 'requireObtainable'>;
  readonly runs: Pick<RunService, 'cancel'>;
}

/** Keeps the rules of models that start training by themselves, and says what each of them would do now. */
export class RuleService {
  constructor(private readonly parts: RuleParts) {}

  /** The rules of a model by name. @throws NOT_FOUND. */
  async list(model: string): Promise<RetrainingRule[]> {
    const where = { model: { name: model } };
    if ((await this.parts.prisma.model.count({ where: { name: model } })) === 0) throw modelNotFound(model);
    const rows = await this.parts.prisma.retrainingRule.findMany({
      where,
      include: withModel,
      orderBy: { name: 'asc' },
    });
    return rows.map(toRule);
  }

  /**
   * Makes a rule, or replaces the settings of the one with this name.
   * @throws NOT_FOUND for the model; BACKBONE_UNAVAILABLE; BAD_INPUT; CONFLICT for an archived model; LIMIT_EXCEEDED.
   */
  async save({ model, name }: RuleName, settings: RuleSettings, reason: string, actor: Actor): Promise<RetrainingRule> {
    const { prisma, queue, changes } = this.parts;
    await this.#check(model, settings);
    const row = await prisma.$transaction(async (tx) => {
      const locked = await lockModel(tx, model);
      refuseArchivedModel(locked);
      const where = { modelId_name: { modelId: locked.id, name } };
      const before = await tx.retrainingRule.findUnique({ where });
      const count = await tx.retrainingRule.count({ where: { modelId: locked.id } });
      if (!before && count >= MOST_RULES) {
        const message = `${model} has ${count} retraining rules; ${MOST_RULES} is the most. Delete one first.`;
        throw new HubError('LIMIT_EXCEEDED', message, { received: count + 1, limit: MOST_RULES });
      }
      const saved = await tx.retrainingRule.upsert({
        where,
        create: { modelId: locked.id, name, ...settings, ...ownerColumns(actor) },
        update: { ...settings, ...ownerColumns(actor) },
        include: withModel,
      });
      await queue.enqueue(tx, 'retrain', { id: saved.id });
      const details = { ...settings };
      const entry = { action: 'RETRAINING_RULE_SAVED', subject: `rule ${name}`, model, reason, details } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
      return saved;
    });
    changes.tell('MODEL', model);
    return toRule(row);
  }

  /** Switches a rule on, off, or to dry runs. A round in progress continues. @throws NOT_FOUND. */
  async switch({ model, name }: RuleName, mode: RuleMode, reason: string, actor: Actor): Promise<RetrainingRule> {
    const { prisma, queue, changes } = this.parts;
    const row = await prisma.$transaction(async (tx) => {
      const { id, mode: from } = await lockRule(tx, { model, name });
      const data = { mode, ...ownerColumns(actor) };
      const saved = await tx.retrainingRule.update({ where: { id }, data, include: withModel });
      await queue.enqueue(tx, 'retrain', { id: saved.id });
      const change = { from, to: mode, reason } as const;
      const entry = { action: 'RETRAINING_RULE_SAVED', subject: `rule ${name}`, model, ...change } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
      return saved;
    });
    changes.tell('MODEL', model);
    return toRule(row);
  }

  /**
   * Ends the round of a rule that is under way, and its runs; where the last round is canceled, the runs of it that have not
   * ended. A version that it has registered stays.
   * @throws NOT_FOUND; CONFLICT where nothing of it is under way.
   */
  async cancelRound({ model, name }: RuleName, reason: string, actor: Actor): Promise<RetrainingRound> {
    const { prisma, changes } = this.parts;
    const row = await prisma.$transaction(async (tx) => {
      const { id: ruleId } = await lockRule(tx, { model, name });
      const underWay = { ruleId, state: { in: [...UNDER_WAY] } };
      const round = await tx.retrainingRound.findFirst({ where: underWay, select: { id: true } });
      const ended = {
        state: 'CANCELLED',
        outcome: `${actor.name} canceled it: ${reason}`,
        endedAt: new Date(),
      } as const;
      // Only one that is still under way: the hub may just have ended it.
      const [canceled] = round
        ? await tx.retrainingRound.updateManyAndReturn({ where: { ...underWay, id: round.id }, data: ended })
        : [];
      if (!canceled) {
        const before = await canceledWithRuns(tx, ruleId);
        if (before) return before;
        throw new HubError('CONFLICT', `No round of the rule ${name} is in progress.`, { model, name });
      }
      const entry = { action: 'RETRAINING_CANCELLED', subject: `rule ${name}`, model, reason } as const;
      await tx.auditEvent.create({ data: auditRow(actor, { ...entry, details: { round: canceled.id } }) });
      return canceled;
    });
    await this.#cancelRuns(row.id, actor);
    changes.tell('MODEL', model);
    return toRound(row);
  }

  /** Deletes a rule with its history. Runs that it started continue. @throws NOT_FOUND. */
  async delete({ model, name }: RuleName, reason: string, actor: Actor): Promise<void> {
    const { prisma, queue, changes } = this.parts;
    await prisma.$transaction(async (tx) => {
      const { id } = await lockRule(tx, { model, name });
      await tx.retrainingRule.delete({ where: { id } });
      await queue.withdraw(tx, 'retrain', id);
      const entry = { action: 'RETRAINING_RULE_DELETED', subject: `rule ${name}`, model, reason } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
    });
    changes.tell('MODEL', model);
  }

  /** The last rounds of a rule, newest first. */
  async rounds(ruleId: string, first: number): Promise<RetrainingRound[]> {
    const where = { ruleId };
    const orderBy = [{ startedAt: 'desc' }, { id: 'desc' }] as const;
    const rows = await this.parts.prisma.retrainingRound.findMany({ where, orderBy: [...orderBy], take: first });
    return rows.map(toRound);
  }

  /** What a rule measures now, and what it would do. @throws NOT_FOUND. */
  async outlook(id: string): Promise<RuleOutlook> {
    const row = await this.parts.prisma.retrainingRule.findUnique({ where: { id }, include: withModel });
    if (!row) throw new HubError('NOT_FOUND', 'The rule was deleted.', { id });
    return this.#outlook(row, () => this.#obstacle(row));
  }

  /** As `outlook`, for the hub itself: measures only where nothing keeps the rule from starting. Null: it does not start. */
  async startOf(rule: RuleRow): Promise<RuleOutlook | null> {
    if ((await this.#obstacle(rule)) !== null) return null;
    const outlook = await this.#outlook(rule, async () => null);
    return outlook.starts ? outlook : null;
  }

  /**
   * Cancels the runs of a round that have not ended, the first of which cancels those that wait for it. @throws the first
   * error, after all were tried.
   */
  async #cancelRuns(pipelineId: string, actor: Actor): Promise<void> {
    const { prisma, runs } = this.parts;
    const where = unended(pipelineId);
    const errors: unknown[] = [];
    for (const { id } of await prisma.run.findMany({ where, orderBy: { stage: 'asc' }, select: { id: true } })) {
      try {
        await runs.cancel(id, actor);
      } catch (error) {
        // CONFLICT: it has ended meanwhile.
        if (!(error instanceof HubError) || error.code !== 'CONFLICT') errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /** @param obstacleOf what keeps the rule from starting, asked where its threshold is reached. */
  async #outlook(rule: RuleRow, obstacleOf: () => Promise<string | null>): Promise<RuleOutlook> {
    const { prisma, predictions } = this.parts;
    const inProduction = await findInProduction(prisma, rule.modelId);
    if (!inProduction) {
      const text = `No version of ${rule.model.name} is in production: promote one first.`;
      return { measured: null, isReached: false, starts: false, text };
    }
    const where = { ruleId: rule.id, ...roundsIn(rule.mode) };
    const last = await prisma.retrainingRound.findFirst({ where, orderBy: { startedAt: 'desc' } });
    const lastStart = last?.startedAt ?? null;
    const { text, ...measured } = await measure({ prisma, predictions, rule, inProduction, lastStart });
    const obstacle = measured.isReached ? await obstacleOf() : null;
    const starts = measured.isReached && obstacle === null;
    const { newest } = inProduction;
    const added = rule.addJudged ? ', with the judged photos' : '';
    const next = starts
      ? `It ${rule.mode === 'DRY_RUN' ? 'would start' : 'starts'} the pipeline ${rule.pipeline} on version ${newest.number} of ${newest.dataset}${added}.`
      : obstacle;
    return { ...measured, starts, text: next === null ? text : `${text} ${next}` };
  }

  /** What keeps a rule from starting a round; null for nothing. */
  async #obstacle(rule: RuleRow): Promise<string | null> {
    const { id, modelId, mode, startsPerWeek, hoursPerWeek, createdBy, createdById } = rule;
    const { prisma } = this.parts;
    if (mode === 'OFF') return 'The rule is off.';
    const owner = createdById === null ? null : await prisma.token.findUnique({ where: { id: createdById } });
    if (owner?.revokedAt) return `The token ${createdBy} is revoked, which saved or switched it last: save it again.`;
    const since = new Date(Date.now() - WEEK_MS);
    const underWay = await prisma.retrainingRound.findFirst({
      where: { rule: { modelId }, state: { in: [...UNDER_WAY] } },
      include: { rule: true },
    });
    if (underWay)
      return `A round of the rule ${underWay.rule.name} is in progress: the hub runs one per model at a time.`;
    const where = { ruleId: id, startedAt: { gte: since }, ...roundsIn(mode) };
    const recent = await prisma.retrainingRound.findMany({ where });
    if (recent.length >= startsPerWeek)
      return `Its budget is spent: ${recent.length} of ${startsPerWeek} ${startsPerWeek === 1 ? 'round' : 'rounds'} in the last 7 days.`;
    if (hoursPerWeek === null) return null;
    const runs = await prisma.run.findMany({
      where: { pipelineId: { in: recent.map((round) => round.id) }, startedAt: { not: null } },
      select: { startedAt: true, endedAt: true },
    });
    const hours =
      runs.reduce((sum, run) => sum + ((run.endedAt ?? new Date()).getTime() - run.startedAt!.getTime()), 0) /
      3_600_000;
    if (hours < hoursPerWeek) return null;
    return `Its budget is spent: its runs of the last 7 days took ${hours.toFixed(1)} of ${hoursPerWeek} ${hoursPerWeek === 1 ? 'hour' : 'hours'}.`;
  }

  /** @throws NOT_FOUND for the model; BACKBONE_UNAVAILABLE; BAD_INPUT. */
  async #check(model: string, settings: RuleSettings): Promise<void> {
    const { prisma, backbones } = this.parts;
    checkThreshold(settings);
    const { backbone, imageSize } = settings;
    const pipeline = requirePipeline(settings.pipeline);
    const found = await prisma.model.findUnique({ where: { name: model } });
    if (!found) throw modelNotFound(model);
    const inProduction = await findInProduction(prisma, found.id);
    const name = backbone ?? inProduction?.backbone;
    if (name === undefined) return; // of the version in production, which is not there yet
    await backbones.requireObtainable(name);
    const size = imageSize ?? inProduction?.imageSize;
    stagesOf(pipeline, await backboneNetwork(prisma, name), size === undefined ? {} : { imageSize: size });
  }
}

/** Dry runs have a history and a budget of their own: trying a rule costs it nothing. */
function roundsIn(mode: RuleMode) {
  return { state: mode === 'DRY_RUN' ? ('DRY_RUN' as const) : { not: 'DRY_RUN' as const } };
}

/** The condition on runs of a round that have not ended. */
function unended(pipelineId: string) {
  return { pipelineId, state: { in: ['QUEUED' as const, 'RUNNING' as const] } };
}

/** The last round of a rule, if it is canceled but its runs continue: what canceled it died, or could not cancel them. */
async function canceledWithRuns(tx: Prisma.TransactionClient, ruleId: string): Promise<RoundRow | null> {
  const last = await tx.retrainingRound.findFirst({
    where: { ruleId },
    orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
  });
  if (last?.state !== 'CANCELLED') return null;
  return (await tx.run.count({ where: unended(last.id) })) > 0 ? last : null;
}

/** Reads a rule of a model that it locks. @throws NOT_FOUND. */
async function lockRule(tx: Prisma.TransactionClient, { model, name }: RuleName) {
  const { id: modelId } = await lockModel(tx, model);
  const rule = await tx.retrainingRule.findUnique({ where: { modelId_name: { modelId, name } } });
  if (rule) return rule;
  throw new HubError('NOT_FOUND', `${model} has no retraining rule named ${name}.`, { model, name });
}
