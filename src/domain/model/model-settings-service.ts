import { HubError } from '../../errors.js';
import { Prisma, type PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { type AuditEntry, auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { LogSetting } from '../prediction/prediction-log.js';
import { requireSlice } from '../slice/slice-service.js';
import { DEFAULT_RULES, type GateRule, needsSlice, storedRules } from './gate.js';
import { lockModel } from './held-versions.js';
import type { Model } from './model.js';
import { rulesOf, toModel, withModelRelations } from './model-row.js';

/** The columns of a model to write, and the audit entry for it. */
interface SettingsPatch {
  readonly data: Prisma.ModelUpdateInput;
  readonly entry: Omit<AuditEntry, 'subject' | 'model' | 'reason'>;
}

/** Changes the settings of models and records every change in the audit. */
export class ModelSettingsService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly changes: ChangeNotices,
  ) {}

  /** Sets the rules of the gate. @param rules null for the default ones. @throws NOT_FOUND, also for a slice; BAD_INPUT. */
  async setGate(name: string, rules: readonly GateRule[] | null, reason: string, actor: Actor): Promise<Model> {
    return this.#patch(name, reason, actor, async (model, tx) => {
      for (const rule of rules ?? []) await checkSlice(tx, rule);
      const [from, to] = [rulesOf(model), rules ?? DEFAULT_RULES].map((list) => JSON.stringify(storedRules(list)));
      const gate = rules === null ? Prisma.DbNull : storedRules(rules);
      return { data: { gate }, entry: { action: 'GATE_CHANGED', from: from as string, to: to as string } };
    });
  }

  /** Sets whether moving `production` needs the approval of a second person. @throws NOT_FOUND. */
  async setApproval(name: string, secondPerson: boolean, reason: string, actor: Actor): Promise<Model> {
    return this.#patch(name, reason, actor, (model) => {
      const [from, to] = [String(model.secondPerson), String(secondPerson)];
      return { data: { secondPerson }, entry: { action: 'APPROVAL_CHANGED', from, to } };
    });
  }

  /** Sets which answers of a model are kept. @throws NOT_FOUND. */
  async setLogging(name: string, setting: LogSetting, reason: string, actor: Actor): Promise<Model> {
    const { photoDays, ...others } = setting;
    const stored = photoDays === null ? others : setting; // the release before refuses a setting with `photoDays`
    return this.#patch(name, reason, actor, ({ logging }) => {
      const from = logging === null ? null : JSON.stringify(logging);
      return {
        data: { logging: { ...stored } },
        entry: { action: 'PREDICTION_LOG_CHANGED', from, to: JSON.stringify(stored) },
      };
    });
  }

  async #patch(
    name: string,
    reason: string,
    actor: Actor,
    patchOf: (
      model: Prisma.ModelGetPayload<object>,
      tx: Prisma.TransactionClient,
    ) => SettingsPatch | Promise<SettingsPatch>,
  ): Promise<Model> {
    await this.prisma.$transaction(async (tx) => {
      const { data, entry } = await patchOf(await lockModel(tx, name), tx);
      await tx.model.update({ where: { name }, data });
      await tx.auditEvent.create({ data: auditRow(actor, { ...entry, subject: name, model: name, reason }) });
    });
    this.changes.tell('MODEL', name);
    const where = { name };
    return toModel(await this.prisma.model.findUniqueOrThrow({ where, include: withModelRelations }));
  }
}

/** @throws BAD_INPUT for a rule that lacks a slice, or has one that it does not use; NOT_FOUND for an unknown one. */
async function checkSlice(tx: Prisma.TransactionClient, { kind, slice }: GateRule): Promise<void> {
  if (needsSlice(kind) && slice !== null) return requireSlice(tx, slice);
  if (needsSlice(kind)) throw new HubError('BAD_INPUT', `A rule of kind ${kind} needs a slice, as dataset/slice.`);
  if (slice !== null) throw new HubError('BAD_INPUT', `A rule of kind ${kind} has no slice; ${slice} was received.`);
}
