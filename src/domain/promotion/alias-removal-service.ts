import { HubError } from '../../errors.js';
import type { Prisma } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import { type AliasMoveDetails, REMOVED } from '../model/alias-event-row.js';
import { PRODUCTION } from '../model/gate.js';
import { lockModel } from '../model/held-versions.js';
import type { ModelVersion } from '../model/model.js';
import { findVersion, toModelVersion } from '../model/model-version-row.js';
import { type Promotion, refuseIfMoved } from './promotion.js';
import type { AliasParts } from './promotion-service.js';

export type AliasRemoval = Pick<Promotion, 'model' | 'alias' | 'reason' | 'expectedVersion'>;

/** Removes aliases. What guards `production` guards its removal too, and stays as a setting of the model. */
export class AliasRemovalService {
  constructor(private readonly parts: AliasParts) {}

  /**
   * Removes an alias and stops serving it. Photos that were accepted before are still answered.
   * @returns the version that it pointed to.
   * @throws NOT_FOUND; CONFLICT when the alias has moved, or while a rollout is running for it; APPROVAL_NEEDED for
   * `production` where a second person approves promotions.
   */
  async remove({ model, alias, reason, expectedVersion }: AliasRemoval, actor: Actor): Promise<ModelVersion> {
    const { prisma, deployments, replicas, outbox, changes, oneMove, log } = this.parts;
    const from = await oneMove(async () => {
      const { from, at } = await prisma.$transaction(async (tx) => {
        const { id: modelId, secondPerson } = await lockModel(tx, model);
        const where = { modelId_name: { modelId, name: alias } };
        const { version } = (await tx.alias.findUnique({ where, include: { version: true } })) ?? { version: null };
        if (!version) throw new HubError('NOT_FOUND', `The model ${model} has no alias ${alias}.`, { model, alias });
        refuseIfMoved(alias, version, expectedVersion);
        if (alias === PRODUCTION && secondPerson) throw approvalNeeded(model, alias);
        await refuseIfTried(tx, modelId, model, alias);
        await tx.alias.delete({ where });
        const payload = { model, alias, from: version.number, actor: actor.name, reason };
        await outbox.put(tx, 'ALIAS_REMOVED', payload);
        const details: AliasMoveDetails = { alias, gate: [] };
        const subject = `${model}@${alias}`;
        const entry = { action: REMOVED, subject, model, from: String(version.number), reason, details } as const;
        const { at } = await tx.auditEvent.create({ data: auditRow(actor, entry) });
        return { from: version.number, at };
      });
      await deployments.remove(model, alias, at);
      changes.tell('MODEL', model);
      log.info({ model, alias, from, actor: actor.name }, 'alias removed');
      return from;
    });
    await replicas.follow(model, alias, null);
    return toModelVersion(await findVersion(prisma, model, from));
  }
}

function approvalNeeded(model: string, alias: string): HubError {
  const message = `${alias} of ${model} moves only with the approval of a second person, so it cannot be removed. An admin can turn the approval off with setApproval; remove the alias then.`;
  return new HubError('APPROVAL_NEEDED', message, { model, alias });
}

/** @throws CONFLICT while a rollout is running for the alias of a model that is locked. */
async function refuseIfTried(
  tx: Prisma.TransactionClient,
  modelId: string,
  model: string,
  alias: string,
): Promise<void> {
  const where = { alias, state: 'RUNNING', version: { modelId } } as const;
  const rollout = await tx.rollout.findFirst({ where, include: { version: true } });
  if (!rollout) return;
  const { number } = rollout.version;
  const message = `A rollout of version ${number} is running for ${alias} of ${model}. End it, then remove the alias.`;
  throw new HubError('CONFLICT', message, { model, alias, rollout: rollout.id });
}
