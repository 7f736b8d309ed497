import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { HubError } from '../../errors.js';
import type { ModelVersionType } from '../../schema/model/model.type.js';
import type { Deployments } from '../../serving/deployments.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { type GateVerdict, judge, PRODUCTION } from '../model/gate.js';
import {
  type AliasMoveDetails,
  type ModelVersionRow,
  toCandidate,
  toModelVersion,
  toRules,
  toServedVersion,
  withVersionRelations,
} from '../model/model-row.js';
import { findVersion } from '../model/model-version-row.js';
import { TO_BE_MADE } from '../model/precision.js';
import type { WebhookOutbox } from '../webhook/webhook-outbox.js';

/** Where an alias is to point. */
export interface Promotion {
  readonly model: string;
  readonly version: number;
  readonly alias: string;
  readonly reason: string;
  /** What whoever asks saw there, 0 for nothing; null when it does not matter. */
  readonly expectedVersion: number | null;
  readonly overrideGate: boolean;
}

/** How things stand before a promotion. */
export interface Standing {
  readonly version: ModelVersionRow;
  /** The version that holds the alias now. */
  readonly holder: ModelVersionRow | null;
  readonly gate: readonly GateVerdict[];
  readonly needsSecondPerson: boolean;
}

/** What is written together with a move. */
export interface Alongside {
  readonly details: Omit<AliasMoveDetails, 'alias' | 'gate'>;
  readonly write: (tx: Prisma.TransactionClient) => Promise<unknown>;
}

/** Moves aliases, and has what they point to serve. Whatever stands in the way, what served before goes on serving. */
export class PromotionService {
  /** Moves follow one another, so that serving and database agree on who came last. */
  readonly #oneMove = pLimit(1);

  constructor(
    private readonly prisma: PrismaClient,
    private readonly deployments: Deployments,
    private readonly outbox: WebhookOutbox,
    private readonly changes: ChangeNotices,
    private readonly log: Logger,
  ) {}

  /** How a promotion would stand now. @throws NOT_FOUND. */
  async check(model: string, number: number, alias: string): Promise<Standing> {
    const version = await findVersion(this.prisma, model, number);
    const where = { modelId_name: { modelId: version.modelId, name: alias } };
    const include = { version: { include: withVersionRelations } };
    const holder = (await this.prisma.alias.findUnique({ where, include }))?.version ?? null;
    const guarded = alias === PRODUCTION;
    const rules = guarded ? toRules(version.model.gate) : [];
    const gate = judge(rules, toCandidate(version), holder && toCandidate(holder));
    return { version, holder, gate, needsSecondPerson: guarded && version.model.secondPerson };
  }

  /** @throws CONFLICT when the alias has moved meanwhile; GATE_REFUSED with every rule and how the version stood to it. */
  async checked({
    model,
    version,
    alias,
    expectedVersion,
    overrideGate,
  }: Omit<Promotion, 'reason'>): Promise<Standing> {
    const standing = await this.check(model, version, alias);
    const { holder, gate } = standing;
    refuseIfMoved(alias, holder, expectedVersion);
    const failed = gate.filter((check) => !check.passed);
    if (failed.length === 0 || overrideGate) return standing;
    const why = failed.map((check) => `${check.rule}: ${check.detail}`).join(' ');
    throw new HubError('GATE_REFUSED', `The gate refuses version ${version} of ${model}. ${why}`, { gate });
  }

  /** Lets an alias point to a version. @throws as `checked`; APPROVAL_NEEDED where a second person has to approve. */
  async promote(promotion: Promotion, by: Actor, alongside?: Alongside): Promise<ModelVersionType> {
    return this.#oneMove(async () => {
      const standing = await this.checked(promotion);
      if (standing.needsSecondPerson) {
        const message = `A second person approves what ${promotion.alias} of ${promotion.model} points to: request the promotion.`;
        throw new HubError('APPROVAL_NEEDED', message, { model: promotion.model, alias: promotion.alias });
      }
      return this.#move(standing, promotion, by, alongside);
    });
  }

  /** The same for a promotion that a second person has approved. */
  async promoteApproved(promotion: Promotion, by: Actor, alongside: Alongside): Promise<ModelVersionType> {
    return this.#oneMove(async () => this.#move(await this.checked(promotion), promotion, by, alongside));
  }

  /** Lets an alias point again to the version before its last move. It held the alias already: no gate, no approval. */
  async rollBack(
    { model, alias, reason, expectedVersion }: Omit<Promotion, 'version' | 'overrideGate'>,
    by: Actor,
  ): Promise<ModelVersionType> {
    return this.#oneMove(async () => {
      const subject = `${model}@${alias}`;
      const where = { action: 'ALIAS_MOVED', model, subject } as const;
      const last = await this.prisma.auditEvent.findFirst({ where, orderBy: { number: 'desc' } });
      if (!last) throw new HubError('NOT_FOUND', `No model named ${model} has an alias ${alias}.`, { model, alias });
      if (last.from === null) {
        const message = `${alias} of ${model} has pointed to version ${last.to} only: there is none to go back to.`;
        throw new HubError('CONFLICT', message, { model, alias });
      }
      const standing = await this.check(model, Number(last.from), alias);
      refuseIfMoved(alias, standing.holder, expectedVersion);
      return this.#move(standing, { model, alias, reason }, by);
    });
  }

  /** Loads what the aliases point to, at the start of the hub. One that cannot be loaded is reported, not hidden. */
  async deployAll(): Promise<void> {
    const rows = await this.prisma.alias.findMany({ include: { version: { include: withVersionRelations } } });
    for (const { name, version } of rows) {
      try {
        await this.#deployOrFloats(name, version);
      } catch (error) {
        this.deployments.failed(version.model.name, name, error);
        this.log.error({ err: error, model: version.model.name, alias: name }, 'version cannot be served');
      }
    }
  }

  /** Loads the present form of a version beside the one that serves, and lets its aliases point to it. */
  async redeploy(model: string, number: number): Promise<void> {
    await this.#oneMove(async () => {
      const version = await findVersion(this.prisma, model, number);
      for (const { name } of version.aliases) await this.#deploy(name, version);
      this.deployments.forget(model, number);
    });
  }

  /** Loads the version beside what serves, writes the move, switches. */
  async #move(
    { version, holder, gate }: Standing,
    { model, alias, reason }: Pick<Promotion, 'model' | 'alias' | 'reason'>,
    by: Actor,
    alongside?: Alongside,
  ): Promise<ModelVersionType> {
    const { id: versionId, modelId, number } = version;
    const details: AliasMoveDetails = { alias, gate, ...alongside?.details };
    const move = { subject: `${model}@${alias}`, from: holder ? String(holder.number) : null, to: String(number) };
    const prepared = await this.deployments.prepare(toServedVersion(version));
    try {
      await this.prisma.$transaction(async (tx) => {
        await tx.alias.upsert({
          where: { modelId_name: { modelId, name: alias } },
          create: { modelId, name: alias, versionId },
          update: { versionId },
        });
        await alongside?.write(tx);
        const told = { model, alias, from: holder?.number ?? null, to: number, actor: by.name, reason };
        await this.outbox.put(tx, 'ALIAS_MOVED', told);
        const entry = { action: 'ALIAS_MOVED', model, ...move, reason, details: { ...details } } as const;
        await tx.auditEvent.create({ data: auditRow(by, entry) });
      });
    } catch (error) {
      await prepared.abandon();
      throw error;
    }
    await prepared.switchTo(alias);
    this.changes.tell('MODEL', model);
    this.outbox.tell();
    this.log.info({ model, alias, from: holder?.number, to: number, actor: by.name }, 'alias moved');
    return toModelVersion(await findVersion(this.prisma, model, number));
  }

  async #deploy(alias: string, version: ModelVersionRow): Promise<void> {
    await (await this.deployments.prepare(toServedVersion(version))).switchTo(alias);
  }

  /** A form with 8 bits that cannot be loaded gives way to floats, and is to be made anew. */
  async #deployOrFloats(alias: string, version: ModelVersionRow): Promise<void> {
    try {
      await this.#deploy(alias, version);
    } catch (error) {
      if (version.serving?.precision !== 'INT8') throw error;
      const { id: versionId, model, number } = version;
      const what = { err: error, model: model.name, version: number };
      this.log.warn(what, 'the form with 8 bits cannot be loaded: floats serve, and it is made anew');
      const serving = await this.prisma.versionServing.update({ where: { versionId }, data: TO_BE_MADE });
      await this.#deploy(alias, { ...version, serving });
    }
  }
}

function refuseIfMoved(alias: string, holder: ModelVersionRow | null, expected: number | null): void {
  if (expected === null || expected === (holder?.number ?? 0)) return;
  const now = holder ? `version ${holder.number}` : 'no version';
  const message = `${alias} points to ${now} and not to version ${expected}: look again before you move it.`;
  throw new HubError('CONFLICT', message, { alias, presentVersion: holder?.number ?? null });
}
