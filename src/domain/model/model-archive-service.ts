import type { PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { WebhookOutbox } from '../webhook/webhook-outbox.js';
import { lockModel, refuseIfHeld, refuseIfImporting, versionOf } from './held-versions.js';
import type { Model, ModelVersion } from './model.js';
import { toModel, withModelRelations } from './model-row.js';
import { findVersion, toModelVersion } from './model-version-row.js';

/** Archives models and versions, which hides them from lists and keeps them from being promoted, and takes them back. */
export class ModelArchiveService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly outbox: WebhookOutbox,
    private readonly changes: ChangeNotices,
  ) {}

  /** Archives a version, or takes it back. @throws NOT_FOUND; CONFLICT naming what holds a version to be archived. */
  async setVersion(name: string, number: number, archived: boolean, actor: Actor): Promise<ModelVersion> {
    await this.prisma.$transaction(async (tx) => {
      const { id, archivedAt } = await versionOf(tx, await lockModel(tx, name), number);
      if (archived === (archivedAt !== null)) return;
      if (archived) await refuseIfHeld(tx, { id }, `Version ${number} of ${name} cannot be archived`);
      await tx.modelVersion.update({ where: { id }, data: { archivedAt: archived ? new Date() : null } });
      const action = archived ? 'MODEL_VERSION_ARCHIVED' : 'MODEL_VERSION_UNARCHIVED';
      await this.outbox.put(tx, action, { model: name, version: number, actor: actor.name });
      await tx.auditEvent.create({ data: auditRow(actor, { action, subject: `${name} ${number}`, model: name }) });
    });
    this.changes.tell('MODEL', name);
    return toModelVersion(await findVersion(this.prisma, name, number));
  }

  /** Archives a model, or takes it back. @throws NOT_FOUND; CONFLICT naming what holds a version of it. */
  async setModel(name: string, archived: boolean, actor: Actor): Promise<Model> {
    await this.prisma.$transaction(async (tx) => {
      const { id, archivedAt } = await lockModel(tx, name);
      if (archived === (archivedAt !== null)) return;
      if (archived) {
        await refuseIfHeld(tx, { modelId: id }, `The model ${name} cannot be archived`);
        await refuseIfImporting(tx, name, `The model ${name} cannot be archived`);
      }
      await tx.model.update({ where: { id }, data: { archivedAt: archived ? new Date() : null } });
      const action = archived ? 'MODEL_ARCHIVED' : 'MODEL_UNARCHIVED';
      await this.outbox.put(tx, action, { model: name, actor: actor.name });
      await tx.auditEvent.create({ data: auditRow(actor, { action, subject: name, model: name }) });
    });
    this.changes.tell('MODEL', name);
    const where = { name };
    return toModel(await this.prisma.model.findUniqueOrThrow({ where, include: withModelRelations }));
  }
}
