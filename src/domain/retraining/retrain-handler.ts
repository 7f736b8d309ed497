import type { Logger } from 'pino';
import { HubError } from '../../errors.js';
import type { ChoreHandler } from '../../jobs/job-handler.js';
import type { WaitingJob } from '../../jobs/queue.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { auditRow } from '../audit/audit-event.js';
import type { Caller } from '../caller.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { type GateCheck, PRODUCTION } from '../model/gate.js';
import { lockModel } from '../model/held-versions.js';
import type { ModelService } from '../model/model-service.js';
import type { JudgedPhotosService } from '../prediction/judged-photos-service.js';
import type { PromotionRequestService } from '../promotion/promotion-request-service.js';
import type { PromotionService } from '../promotion/promotion-service.js';
import type { PipelineService } from '../run/pipeline-service.js';
import { findInProduction, type InProduction } from './production.js';
import { type RoundState, type RuleOutlook, UNDER_WAY } from './rule.js';
import { actorOfRule, type RoundRow, type RuleRow, withModel } from './rule-row.js';
import type { RuleService } from './rule-service.js';

/** Milliseconds between two looks at a rule. */
export const RULE_INTERVAL = 60_000;

interface RetrainParts {
  readonly prisma: PrismaClient;
  readonly rules: RuleService;
  readonly judgedPhotos: Pick<JudgedPhotosService, 'add'>;
  readonly pipelines: Pick<PipelineService, 'start'>;
  readonly models: Pick<ModelService, 'register'>;
  readonly promotions: Pick<PromotionService, 'check' | 'checkRun' | 'promote'>;
  readonly requests: Pick<PromotionRequestService, 'request'>;
  readonly changes: ChangeNotices;
  readonly log: Logger;
  /** Milliseconds between two looks at a rule. */
  readonly interval: number;
}

/** Columns of a round that a step writes. */
type Step = Pick<
  Prisma.RetrainingRoundUncheckedUpdateManyInput,
  'datasetVersionId' | 'judgedPhotos' | 'version' | 'outcome'
>;

/** Thrown when another process has done the step, or the rule is gone. */
class Overtaken extends Error {}

/**
 * Looks at retraining rules: takes each round under way a step further, and starts a new one where the rule says so. Each step
 * ends with a new state of the round, written only if nobody else has written it, so that a hub that dies repeats one step.
 */
export class RetrainHandler implements ChoreHandler {
  constructor(private readonly parts: RetrainParts) {}

  async waiting(): Promise<WaitingJob[]> {
    return this.parts.prisma.retrainingRule.findMany({ select: { id: true } });
  }

  async perform(id: string): Promise<Date | undefined> {
    const { prisma, rules, log, interval } = this.parts;
    const rule = await prisma.retrainingRule.findUnique({ where: { id }, include: withModel });
    if (!rule) return undefined;
    try {
      const rounds = await prisma.retrainingRound.findMany({ where: { ruleId: id, state: { in: [...UNDER_WAY] } } });
      for (const round of rounds) await this.#advance(rule, round);
      const outlook = await rules.startOf(rule);
      const started = outlook && (await this.#begin(rule, outlook));
      if (started?.state === 'STARTING') await this.#advance(rule, started);
    } catch (err) {
      if (!(err instanceof Overtaken)) log.error({ err, model: rule.model.name, rule: rule.name }, 'a rule failed');
    }
    return new Date(Date.now() + interval);
  }

  /** Writes a new round, unless one of the model is under way. */
  async #begin(
    { id: ruleId, name, mode, model, modelId }: RuleRow,
    { measured, text }: RuleOutlook,
  ): Promise<RoundRow | null> {
    const round = await this.parts.prisma.$transaction(async (tx) => {
      await lockModel(tx, model.name);
      const rule = await tx.retrainingRule.findUnique({ where: { id: ruleId } });
      const underWay = { rule: { modelId }, state: { in: [...UNDER_WAY] } };
      if (rule?.mode !== mode || (await tx.retrainingRound.count({ where: underWay })) > 0) return null;
      const about = { ruleId, measured: measured as number, reason: text };
      if (mode === 'DRY_RUN') {
        const ended = { state: 'DRY_RUN', outcome: 'A dry run: nothing was started.', endedAt: new Date() } as const;
        return tx.retrainingRound.create({ data: { ...about, ...ended } });
      }
      const entry = { action: 'RETRAINING_STARTED', subject: `rule ${name}`, model: model.name, reason: text } as const;
      await tx.auditEvent.create({ data: auditRow(actorOfRule({ name }), entry) });
      return tx.retrainingRound.create({ data: { ...about, state: 'STARTING' } });
    });
    this.parts.changes.tell('MODEL', model.name);
    return round;
  }

  /** Takes a round a step further. What the hub refuses ends it. */
  async #advance(rule: RuleRow, round: RoundRow): Promise<void> {
    try {
      if (round.state === 'STARTING') await this.#train(rule, round);
      else if (round.state === 'TRAINING') await this.#judge(rule, round);
      else await this.#promote(rule, round);
    } catch (error) {
      if (!(error instanceof HubError) || error.code === 'BLOBS_UNAVAILABLE') throw error; // tried again at the next look
      const state = error.code === 'GATE_REFUSED' ? 'REFUSED' : 'FAILED';
      await this.#write(rule, round, state, { outcome: error.message });
    }
  }

  /** STARTING: adds judged photos to the data, and queues the pipeline. */
  async #train(rule: RuleRow, round: RoundRow): Promise<void> {
    const { prisma, pipelines } = this.parts;
    const inProduction = await findInProduction(prisma, rule.modelId);
    if (!inProduction) throw new HubError('NOT_DEPLOYED', `No version of ${rule.model.name} is in production.`);
    const data = await this.#data(rule, round, inProduction);
    const request = {
      datasetVersionId: data.datasetVersionId,
      backbone: rule.backbone ?? inProduction.backbone,
      pipeline: rule.pipeline,
      recipe: { imageSize: rule.imageSize ?? inProduction.imageSize },
      name: `rule ${rule.name}`,
      note: round.reason,
    };
    const alongside = (tx: Prisma.TransactionClient): Promise<void> => move(tx, round, 'TRAINING', data);
    await pipelines.start(request, actorOfRule(rule), { id: round.id, alongside });
    this.parts.changes.tell('MODEL', rule.model.name);
  }

  /** What a round trains on. @throws BAD_INPUT where nothing is new since the version in production. */
  async #data(rule: RuleRow, { id }: RoundRow, { newest, datasetVersionId }: InProduction) {
    const asItIs = { datasetVersionId: newest.id, judgedPhotos: 0 };
    if (!rule.addJudged) return asItIs;
    const photos = {
      model: rule.model.name,
      to: newest.id,
      dataset: null,
      version: null,
      onlyWrong: false,
      since: null,
    };
    try {
      const { datasetVersion, added } = await this.parts.judgedPhotos.add(photos, actorOfRule(rule));
      return { datasetVersionId: datasetVersion.id, judgedPhotos: added };
    } catch (error) {
      if (!(error instanceof HubError) || error.details.added !== 0) throw error;
      // Others have added them, or this process has, just before it died.
      const where = {
        ...{ ruleId: rule.id, id: { not: id }, datasetVersionId: newest.id },
        state: { notIn: ['CANCELLED' as const, 'FAILED' as const] },
      };
      const isKnown = newest.id === datasetVersionId || (await this.parts.prisma.retrainingRound.count({ where })) > 0;
      if (!isKnown) return asItIs;
      const known = `Version ${newest.number} of ${newest.dataset} was trained on already.`;
      throw new HubError('BAD_INPUT', `${known} ${error.message}`);
    }
  }

  /** TRAINING: waits for the last run, and registers it if the gate passes. */
  async #judge(rule: RuleRow, round: RoundRow): Promise<void> {
    const { prisma, promotions, models } = this.parts;
    const model = rule.model.name;
    const runs = await prisma.run.findMany({ where: { pipelineId: round.id }, orderBy: { stage: 'asc' } });
    const failed = runs.find(({ state }) => state === 'FAILED' || state === 'CANCELLED');
    if (failed) {
      const outcome = `The run ${failed.id} is ${failed.state}${failed.error === null ? '.' : `: ${failed.error}`}`;
      return this.#write(rule, round, 'FAILED', { outcome });
    }
    const last = runs.at(-1);
    if (!last) return this.#write(rule, round, 'FAILED', { outcome: 'Its runs were deleted.' });
    const { id, state, datasetVersionId, testAccuracy, testLoss } = last;
    if (state !== 'SUCCEEDED') return undefined;
    const figures = `The run ${id} has a test accuracy of ${((testAccuracy ?? 0) * 100).toFixed(2)}%.`;
    if (rule.action === 'TRAIN') return this.#write(rule, round, 'TRAINED', { outcome: figures });
    const measured = {
      id,
      datasetVersionId,
      testAccuracy: testAccuracy ?? Number.NaN,
      testLoss: testLoss ?? Number.NaN,
    };
    const failing = (await promotions.checkRun(model, measured)).filter(({ passed }) => !passed);
    if (failing.length > 0) return this.#write(rule, round, 'REFUSED', { outcome: `${figures} ${refusal(failing)}` });
    const requester = { caller: callerOf(rule), actor: actorOfRule(rule) };
    // In one transaction, so that a person who cancels the round either finds the version in it, or there is none.
    await models.register(id, model, requester, (tx, { number: version }) =>
      rule.action === 'REGISTER'
        ? move(tx, round, 'REGISTERED', { version, outcome: figures })
        : move(tx, round, 'PROMOTING', { version }),
    );
    this.parts.changes.tell('MODEL', model);
  }

  /** PROMOTING: waits until the version is ready, and promotes it, or asks a second person to. */
  async #promote(rule: RuleRow, round: RoundRow): Promise<void> {
    const { promotions, requests } = this.parts;
    const [model, version, alias] = [rule.model.name, round.version as number, PRODUCTION];
    const { holder, notReady, needsSecondPerson } = await promotions.check(model, version, alias);
    const promoted = `Version ${version} is in production.`;
    if (holder?.number === version) return this.#write(rule, round, 'PROMOTED', { outcome: promoted });
    if (notReady !== null) return undefined;
    const promotion = {
      ...{ model, version, alias, reason: round.reason },
      ...{ expectedVersion: holder?.number ?? 0, overrideGate: false, now: false },
    };
    const actor = actorOfRule(rule);
    if (needsSecondPerson) {
      // It may have asked already, just before it died.
      const asked = {
        state: 'WAITING',
        alias,
        requestedBy: actor.name,
        version: { number: version, modelId: rule.modelId },
      } as const;
      const outcome = `The promotion of version ${version} waits for a second person.`;
      if ((await this.parts.prisma.promotionRequest.count({ where: asked })) > 0)
        return this.#write(rule, round, 'REQUESTED', { outcome });
      const requester = { caller: callerOf(rule), actor };
      await requests.request(promotion, requester, (tx) => move(tx, round, 'REQUESTED', { outcome }));
    } else {
      // In the transaction of the move: a person who has canceled the round finds production as it was.
      const write = (tx: Prisma.TransactionClient) => move(tx, round, 'PROMOTED', { outcome: promoted });
      await promotions.promote(promotion, actor, { details: {}, write });
    }
    this.parts.changes.tell('MODEL', model);
  }

  async #write(rule: RuleRow, round: RoundRow, to: RoundState, step: Step): Promise<void> {
    await this.parts.prisma.$transaction((tx) => move(tx, round, to, step));
    this.parts.changes.tell('MODEL', rule.model.name);
  }
}

/** Writes a step of a round. @throws Overtaken when it is in another state. */
async function move(tx: Prisma.TransactionClient, { id, state }: RoundRow, to: RoundState, step: Step): Promise<void> {
  const endedAt = (UNDER_WAY as readonly RoundState[]).includes(to) ? null : new Date();
  const { count } = await tx.retrainingRound.updateMany({
    where: { id, state },
    data: { ...step, state: to, endedAt },
  });
  if (count === 0) throw new Overtaken();
}

function refusal(failing: readonly GateCheck[]): string {
  return `The gate would refuse it: ${failing.map(({ detail }) => detail).join(' ')}`;
}

/** A rule asks in place of the token that saved or switched it last, which cannot be the second person of its promotion. */
function callerOf({ name, id, createdById, createdByRole }: RuleRow): Caller {
  return {
    tokenId: createdById ?? id,
    name: `rule ${name}`,
    role: createdByRole ?? 'MAINTAINER',
    model: null,
    expiresAt: null,
  };
}
