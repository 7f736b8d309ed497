import type { LimitFunction } from 'p-limit';
import type { Logger } from 'pino';
import { haveSameTestImages } from '../../datasets/test-images.js';
import { HubError } from '../../errors.js';
import type { Deployments } from '../../serving/deployments.js';
import { servedForm } from '../../serving/served-version.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { DatasetContents } from '../dataset/dataset-contents.js';
import { ALIAS_CHANGES, type AliasMove, type AliasMoveDetails } from '../model/alias-event-row.js';
import { classAccuraciesOf } from '../model/class-accuracies.js';
import { type Candidate, evaluateGate, type GateCheck, type GateRule, needClasses, PRODUCTION } from '../model/gate.js';
import { lockModel, refuseIfArchived, requireHoldable } from '../model/held-versions.js';
import type { ModelVersion } from '../model/model.js';
import { rulesOf } from '../model/model-row.js';
import {
  findVersion,
  formToServe,
  isReady,
  type ModelVersionRow,
  requireReady,
  toCandidate,
  toModelVersion,
  toServedVersion,
  whyNotReady,
  withVersionRelations,
} from '../model/model-version-row.js';
import { NO_FORM } from '../model/precision.js';
import { modelNotFound } from '../not-found.js';
import type { SliceAccuracies, Sliced } from '../slice/slice-accuracies.js';
import type { WebhookOutbox } from '../webhook/webhook-outbox.js';
import { prepareOrFallBack } from './prepare-or-fall-back.js';
import { type Promotion, refuseIfMoved } from './promotion.js';
import type { Replicas } from './replicas.js';

/** An alias before a promotion: its holder, and the verdicts of the gate for the version that is to take it. */
export interface AliasState {
  readonly version: ModelVersionRow;
  /** The version that the alias points to; null for none. */
  readonly holder: ModelVersionRow | null;
  readonly gate: readonly GateCheck[];
  readonly needsSecondPerson: boolean;
  /** Why the version is not ready; null if it is. */
  readonly notReady: string | null;
}

/** A run that could become a version. */
export interface MeasuredRun {
  readonly id: string;
  readonly datasetVersionId: string;
  readonly testAccuracy: number;
  readonly testLoss: number;
}

/** What was measured on the test images of a dataset version. */
interface Measured extends Sliced {
  readonly model: { readonly name: string };
}

const UNUSABLE = 'The form cannot be loaded, or does not answer as the version did when it was registered.';

/** Records written in the transaction of a move. */
export interface Alongside {
  readonly details: Omit<AliasMoveDetails, 'alias' | 'gate'>;
  readonly write: (tx: Prisma.TransactionClient) => Promise<unknown>;
}

/** The parts of whatever moves or removes an alias. */
export interface AliasParts {
  readonly prisma: PrismaClient;
  readonly contents: DatasetContents;
  readonly slices: SliceAccuracies;
  readonly deployments: Deployments;
  readonly replicas: Replicas;
  readonly outbox: WebhookOutbox;
  readonly changes: ChangeNotices;
  /** Runs changes of aliases one at a time, so that serving and database agree on the last one. */
  readonly oneMove: LimitFunction;
  readonly log: Logger;
}

/** A move that has been made: what serves the alias in this process now. */
interface Moved {
  readonly number: number;
  readonly form: string;
}

/**
 * Moves aliases and loads the versions they point to. When a move fails, the previous version continues to serve. Each method
 * returns when every live process serves the version, or has had a minute for it.
 */
export class PromotionService {
  constructor(private readonly parts: AliasParts) {}

  /** Evaluates the gate for a promotion without moving anything. @throws NOT_FOUND; CONFLICT for an archived version. */
  async check(model: string, number: number, alias: string): Promise<AliasState> {
    const version = await findVersion(this.parts.prisma, model, number);
    refuseIfArchived(version);
    const holder = await this.#holder(version.modelId, alias);
    const guarded = alias === PRODUCTION;
    const rules = guarded ? rulesOf(version.model) : [];
    const gate = await this.#evaluate(rules, version, await this.#figuresOf(version, rules), holder);
    const needsSecondPerson = guarded && version.model.secondPerson;
    return { version, holder, gate, needsSecondPerson, notReady: whyNotReady(version) };
  }

  /**
   * Evaluates the gate of `production` for a run that is not registered yet, without the rules that only a version can pass.
   * @throws NOT_FOUND for the model.
   */
  async checkRun(model: string, run: MeasuredRun): Promise<readonly GateCheck[]> {
    const { prisma } = this.parts;
    const found = await prisma.model.findUnique({ where: { name: model } });
    if (!found) throw modelNotFound(model);
    const holder = await this.#holder(found.id, PRODUCTION);
    const rules = rulesOf(found).filter(({ kind }) => kind !== 'CALIBRATED' && kind !== 'SELF_CHECKED');
    const { testAccuracy, testLoss } = run;
    const classAccuracies = needClasses(rules) ? await classAccuraciesOf(prisma, run.id) : null;
    const figures = { testAccuracy, testLoss, classAccuracies, calibrated: null, selfChecked: null };
    const candidate = { number: found.lastNumber + 1, ...figures };
    return this.#evaluate(rules, { ...run, runId: run.id, model: found }, candidate, holder);
  }

  /** The version that an alias points to; null for none. */
  async #holder(modelId: string, alias: string): Promise<ModelVersionRow | null> {
    const where = { modelId_name: { modelId, name: alias } };
    const include = { version: { include: withVersionRelations } };
    return (await this.parts.prisma.alias.findUnique({ where, include }))?.version ?? null;
  }

  /** Checks a version, or a run that is not registered yet, against each rule. @param figures of it. */
  async #evaluate(
    rules: readonly GateRule[],
    measured: Measured,
    figures: Omit<Candidate, 'slices'>,
    holder: ModelVersionRow | null,
  ): Promise<readonly GateCheck[]> {
    const sameTestImages = holder && (await this.#haveSameTestImages(measured, holder));
    const slices = await this.parts.slices.of(measured, sameTestImages ? holder : null, rules);
    const present = holder && {
      ...{ ...(await this.#figuresOf(holder, rules)), slices: slices.present, sameTestImages },
    };
    return evaluateGate(rules, { ...figures, slices: slices.candidate }, present);
  }

  /** The facts of a version that rules check, without those of slices. */
  async #figuresOf(row: ModelVersionRow, rules: readonly GateRule[]): Promise<Omit<Candidate, 'slices'>> {
    const { runId } = row;
    const classAccuracies =
      runId !== null && needClasses(rules) ? await classAccuraciesOf(this.parts.prisma, runId) : null;
    return { ...toCandidate(row), classAccuracies };
  }

  /** Null when a manifest cannot be read: a promotion that overrides the gate is still possible. */
  async #haveSameTestImages(a: Measured, b: Measured): Promise<boolean | null> {
    if (a.datasetVersionId === b.datasetVersionId) return true;
    const { contents, log } = this.parts;
    try {
      const [ofA, ofB] = await Promise.all([contents.of(a.datasetVersionId), contents.of(b.datasetVersionId)]);
      return haveSameTestImages(ofA.manifest, ofB.manifest);
    } catch (err) {
      log.error({ err, model: a.model.name }, 'the test images of a version cannot be read');
      return null;
    }
  }

  /**
   * Evaluates the gate and refuses a promotion that may not happen.
   * @throws NOT_FOUND; NOT_READY; CONFLICT when the alias has moved; GATE_REFUSED with the verdict of every rule.
   */
  async requireAllowed({
    model,
    version,
    alias,
    expectedVersion,
    overrideGate,
    now,
  }: Omit<Promotion, 'reason'>): Promise<AliasState> {
    const state = await this.check(model, version, alias);
    const { holder, gate } = state;
    refuseIfMoved(alias, holder, expectedVersion);
    if (!now) requireReady(state.version);
    const failed = gate.filter((check) => !check.passed);
    if (failed.length === 0 || overrideGate) return state;
    const why = failed.map((check) => `${check.rule}: ${check.detail}`).join(' ');
    throw new HubError('GATE_REFUSED', `The gate refuses version ${version} of ${model}. ${why}`, { gate });
  }

  /** Moves an alias to a version. @throws as `requireAllowed`; APPROVAL_NEEDED where a second person must approve. */
  async promote(promotion: Promotion, actor: Actor, alongside?: Alongside): Promise<ModelVersion> {
    return this.#everywhere(promotion, async () => {
      const state = await this.requireAllowed(promotion);
      if (state.needsSecondPerson) {
        const message = `Moving ${promotion.alias} of ${promotion.model} needs the approval of a second person. Request the promotion.`;
        throw new HubError('APPROVAL_NEEDED', message, { model: promotion.model, alias: promotion.alias });
      }
      return this.#move(state, promotion, actor, { alongside });
    });
  }

  /** Moves an alias by a promotion that a second person has approved. @throws as `requireAllowed`. */
  async promoteApproved(promotion: Promotion, actor: Actor, alongside: Alongside): Promise<ModelVersion> {
    return this.#everywhere(promotion, async () =>
      this.#move(await this.requireAllowed(promotion), promotion, actor, { alongside }),
    );
  }

  /**
   * Moves an alias back to the version before its last move, or before its removal. That version held it already: the gate
   * is not asked. @throws NOT_FOUND, also for a version that is deleted; CONFLICT when it pointed to no version before.
   */
  async rollBack(
    { model, alias, reason, expectedVersion }: Omit<Promotion, 'version' | 'overrideGate' | 'now'>,
    actor: Actor,
  ): Promise<ModelVersion> {
    return this.#everywhere({ model, alias }, async () => {
      const subject = `${model}@${alias}`;
      const { auditEvent } = this.parts.prisma;
      // A promotion of the version that served already has moved nothing.
      const moved = [{ from: null }, { to: null }, { NOT: { from: { equals: auditEvent.fields.to } } }];
      const where = { action: { in: [...ALIAS_CHANGES] }, model, subject, OR: moved };
      const last = await auditEvent.findFirst({ where, orderBy: { number: 'desc' } });
      if (!last) throw new HubError('NOT_FOUND', `No model named ${model} has an alias ${alias}.`, { model, alias });
      if (last.from === null) {
        const message = `${alias} of ${model} pointed to no version before its last move; there is no version to roll back to.`;
        throw new HubError('CONFLICT', message, { model, alias });
      }
      const number = Number(last.from);
      const state = await this.check(model, number, alias).catch((error: unknown) => {
        if (!(error instanceof HubError && error.code === 'NOT_FOUND')) throw error;
        const message = `${alias} of ${model} would go back to version ${number}, which is deleted. Promote the version that it should point to.`;
        throw new HubError('NOT_FOUND', message, { model, alias, number });
      });
      refuseIfMoved(alias, state.holder, expectedVersion);
      return this.#move({ ...state, gate: [] }, { model, alias, reason }, actor, { action: 'ALIAS_ROLLED_BACK' });
    });
  }

  /** Makes a move here, and waits until the other processes have followed. */
  async #everywhere({ model, alias }: Pick<Promotion, 'model' | 'alias'>, move: () => Promise<Moved>) {
    const { prisma, oneMove, replicas } = this.parts;
    const { number, form } = await oneMove(move);
    await replicas.follow(model, alias, form);
    return toModelVersion(await findVersion(prisma, model, number));
  }

  /** Loads the version next to the one that serves, writes the move, switches. */
  async #move(
    { version, holder, gate }: AliasState,
    { model, alias, reason }: Pick<Promotion, 'model' | 'alias' | 'reason'>,
    actor: Actor,
    { action = 'ALIAS_MOVED', alongside }: { readonly action?: AliasMove; readonly alongside?: Alongside | undefined },
  ): Promise<Moved> {
    const { id: versionId, modelId, number } = version;
    const { prepared, form } = await this.#prepare(version);
    const { precision, runtime, calibrated } = form;
    const details: AliasMoveDetails = { alias, gate, precision, runtime, calibrated, ...alongside?.details };
    const move = { subject: `${model}@${alias}`, from: holder ? String(holder.number) : null, to: String(number) };
    try {
      await this.parts.prisma.$transaction(async (tx) => {
        await lockModel(tx, model);
        await requireHoldable(tx, versionId);
        const where = { modelId_name: { modelId, name: alias } };
        // Another process may have moved it since the gate was asked.
        refuseIfMoved(
          alias,
          (await tx.alias.findUnique({ where, include: { version: true } }))?.version ?? null,
          holder?.number ?? 0,
        );
        if (!isReady(version)) {
          const { reason, readyAt } = form;
          await tx.versionServing.update({
            where: { versionId },
            data: { precision, runtime, calibrated, reason, readyAt },
          });
        }
        await tx.alias.upsert({
          where,
          create: { modelId, name: alias, versionId },
          update: { versionId },
        });
        await alongside?.write(tx);
        const rollback = action === 'ALIAS_ROLLED_BACK';
        const payload = { model, alias, from: holder?.number ?? null, to: number, actor: actor.name, reason, rollback };
        await this.parts.outbox.put(tx, 'ALIAS_MOVED', payload);
        const entry = { action, model, ...move, reason, details: { ...details } } as const;
        await tx.auditEvent.create({ data: auditRow(actor, entry) });
      });
    } catch (error) {
      await prepared.abandon();
      throw error;
    }
    await prepared.switchTo(alias);
    this.parts.changes.tell('MODEL', model);
    this.parts.log.info(
      { model, alias, from: holder?.number, to: number, actor: actor.name },
      action === 'ALIAS_MOVED' ? 'alias moved' : 'alias rolled back',
    );
    return { number, form: servedForm(toServedVersion({ ...version, serving: form })) };
  }

  /** Loads a version. Floats take the place of a form that cannot be loaded or answers otherwise, unless a person chose it. */
  async #prepare(version: ModelVersionRow) {
    const form = formToServe(version);
    const { choice, runtimeChoice } = form;
    if (choice !== 'AUTO' || runtimeChoice !== 'AUTO') {
      const prepared = await this.parts.deployments.prepare(toServedVersion({ ...version, serving: form }));
      return { prepared, form };
    }
    const others = form.precision === 'INT8' ? { state: 'FAILED' as const, error: UNUSABLE, ...NO_FORM } : {};
    const found = await prepareOrFallBack(this.parts, { ...version, serving: form }, { reason: UNUSABLE, others });
    return { prepared: found.prepared, form: found.version.serving ?? form };
  }
}
