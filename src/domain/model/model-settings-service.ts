import { HubError } from '../../errors.js';
import type { ModelType } from '../../schema/model/model.type.js';
import { Prisma, type PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { type AuditEntry, auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { LogSetting } from '../prediction/prediction-log.js';
import { type GateRule, USUAL_RULES } from './gate.js';
import { toModel, toRules, withModelRelations } from './model-row.js';

/** What is changed of a model, and how the audit says it. */
interface Change {
  readonly data: Prisma.ModelUpdateInput;
  readonly entry: Omit<AuditEntry, 'subject' | 'model' | 'reason'>;
}

/** What a model asks of a promotion. Every change is in the audit. */
export class ModelSettingsService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly changes: ChangeNotices,
  ) {}

  /** @param rules null for the usual ones. @throws NOT_FOUND. */
  async setGate(name: string, rules: readonly GateRule[] | null, reason: string, by: Actor): Promise<ModelType> {
    return this.#change(name, reason, by, (model) => {
      const [from, to] = [toRules(model.gate), rules ?? USUAL_RULES].map((list) => JSON.stringify(list));
      const gate = rules === null ? Prisma.DbNull : rules.map((rule) => ({ ...rule }));
      return { data: { gate }, entry: { action: 'GATE_CHANGED', from: from as string, to: to as string } };
    });
  }

  /** Says whether a second person approves what production is to point to. @throws NOT_FOUND. */
  async setApproval(name: string, secondPerson: boolean, reason: string, by: Actor): Promise<ModelType> {
    return this.#change(name, reason, by, (model) => {
      const [from, to] = [String(model.secondPerson), String(secondPerson)];
      return { data: { secondPerson }, entry: { action: 'APPROVAL_CHANGED', from, to } };
    });
  }

  /** Says what of its answers is kept. @throws NOT_FOUND. */
  async setLogging(name: string, setting: LogSetting, reason: string, by: Actor): Promise<ModelType> {
    return this.#change(name, reason, by, ({ logging }) => {
      const from = logging === null ? null : JSON.stringify(logging);
      return {
        data: { logging: { ...setting } },
        entry: { action: 'PREDICTION_LOG_CHANGED', from, to: JSON.stringify(setting) },
      };
    });
  }

  async #change(
    name: string,
    reason: string,
    by: Actor,
    change: (model: Prisma.ModelGetPayload<object>) => Change,
  ): Promise<ModelType> {
    await this.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM models WHERE name = ${name} FOR UPDATE`;
      const model = await tx.model.findUnique({ where: { name } });
      if (!model) throw new HubError('NOT_FOUND', `There is no model named ${name}.`, { name });
      const { data, entry } = change(model);
      await tx.model.update({ where: { name }, data });
      await tx.auditEvent.create({ data: auditRow(by, { ...entry, subject: name, model: name, reason }) });
    });
    this.changes.tell('MODEL', name);
    const where = { name };
    return toModel(await this.prisma.model.findUniqueOrThrow({ where, include: withModelRelations }));
  }
}
