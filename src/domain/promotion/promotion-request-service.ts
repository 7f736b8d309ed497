import { HubError } from '../../errors.js';
import type { PromotionRequestType, PromotionState } from '../../schema/promotion/promotion.type.js';
import { isMissing, type Prisma, type PrismaClient } from '../../storage/database.js';
import type { Requester } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { GateVerdict } from '../model/gate.js';
import { toModelVersion, withVersionRelations } from '../model/model-row.js';
import type { Promotion, PromotionService } from './promotion-service.js';

const withVersion = { version: { include: withVersionRelations } } as const;
type RequestRow = Prisma.PromotionRequestGetPayload<{ include: typeof withVersion }>;

/** Promotions that wait for a second person. */
export class PromotionRequestService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly promotions: PromotionService,
  ) {}

  /** Newest first, the last hundred. */
  async list(model: string | null, state: PromotionState | null): Promise<PromotionRequestType[]> {
    const rows = await this.prisma.promotionRequest.findMany({
      where: { ...(model === null ? {} : { version: { model: { name: model } } }), ...(state ? { state } : {}) },
      include: withVersion,
      orderBy: { id: 'desc' },
      take: 100,
    });
    return rows.map(toRequest);
  }

  /** @throws as a promotion; CONFLICT when it needs no second person, or when the same is requested already. */
  async request(promotion: Promotion, by: Requester): Promise<PromotionRequestType> {
    const { model, version: number, alias, reason, overrideGate } = promotion;
    const { version, holder, gate, needsSecondPerson } = await this.promotions.checked(promotion);
    if (!needsSecondPerson) {
      throw new HubError('CONFLICT', `${alias} of ${model} needs no second person: promote the version.`, {
        model,
        alias,
      });
    }
    const { tokenId: requestedById, name: requestedBy } = by.caller;
    const seenVersion = holder?.number ?? 0;
    const { id } = await this.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM model_versions WHERE id = ${version.id} FOR UPDATE`;
      const same = { versionId: version.id, alias, state: 'WAITING' } as const;
      if ((await tx.promotionRequest.count({ where: same })) > 0) {
        const message = `Version ${number} of ${model} waits already.`;
        throw new HubError('CONFLICT', message, { model, version: number, alias });
      }
      const asked = { reason, overrideGate, seenVersion, gate: gate.map((check) => ({ ...check })) };
      const made = await tx.promotionRequest.create({ data: { ...same, ...asked, requestedBy, requestedById } });
      const entry = { action: 'PROMOTION_REQUESTED', ...entryOf({ alias, version, seenVersion }), reason } as const;
      await tx.auditEvent.create({ data: auditRow(by.actor, entry) });
      return made;
    });
    return this.#require(id);
  }

  /** Moves the alias, if the gate still lets it. @throws as a promotion; FORBIDDEN to whoever asked for it. */
  async approve(id: string, decision: string, by: Requester): Promise<PromotionRequestType> {
    const row = await this.#waiting(id, by);
    const { alias, seenVersion: expectedVersion, overrideGate, reason, requestedBy, version } = row;
    if (row.requestedById === by.caller.tokenId) {
      throw new HubError('FORBIDDEN', 'Somebody else must approve it: you have requested it yourself.', { id });
    }
    const promotion = {
      model: version.model.name,
      version: version.number,
      alias,
      reason,
      expectedVersion,
      overrideGate,
    };
    await this.promotions.promoteApproved(promotion, by.actor, {
      details: { requestedBy, decision },
      write: (tx) => decide(tx, id, 'APPROVED', decision, by),
    });
    return this.#require(id);
  }

  async reject(id: string, decision: string, by: Requester): Promise<PromotionRequestType> {
    const row = await this.#waiting(id, by);
    await this.prisma.$transaction(async (tx) => {
      await decide(tx, id, 'REJECTED', decision, by);
      const entry = { action: 'PROMOTION_REJECTED', ...entryOf(row), reason: decision } as const;
      await tx.auditEvent.create({ data: auditRow(by.actor, entry) });
    });
    return this.#require(id);
  }

  /** @throws NOT_FOUND, also of another model than the caller's; CONFLICT when it is decided. */
  async #waiting(id: string, { caller }: Requester): Promise<RequestRow> {
    const row = await this.prisma.promotionRequest.findUnique({ where: { id }, include: withVersion });
    if (!row || (caller.model !== null && caller.model !== row.version.model.name)) {
      throw new HubError('NOT_FOUND', 'There is no promotion request with this id.', { id });
    }
    if (row.state !== 'WAITING') throw decided(id, row.state);
    return row;
  }

  async #require(id: string): Promise<PromotionRequestType> {
    return toRequest(await this.prisma.promotionRequest.findUniqueOrThrow({ where: { id }, include: withVersion }));
  }
}

/** Of two that decide at once, one wins. */
async function decide(
  tx: Prisma.TransactionClient,
  id: string,
  state: 'APPROVED' | 'REJECTED',
  decision: string,
  { actor: { name: decidedBy } }: Requester,
): Promise<void> {
  const data = { state, decision, decidedBy, decidedAt: new Date() };
  try {
    await tx.promotionRequest.update({ where: { id, state: 'WAITING' }, data });
  } catch (error) {
    throw isMissing(error) ? decided(id, 'decided by now') : error;
  }
}

function decided(id: string, state: string): HubError {
  return new HubError('CONFLICT', `The request is ${state}: it waits no longer.`, { id });
}

function entryOf({ alias, version, seenVersion }: Pick<RequestRow, 'alias' | 'version' | 'seenVersion'>) {
  const model = version.model.name;
  const from = seenVersion === 0 ? null : String(seenVersion);
  return { subject: `${model}@${alias}`, model, from, to: String(version.number) };
}

function toRequest(row: RequestRow): PromotionRequestType {
  return { ...row, version: toModelVersion(row.version), gate: row.gate as unknown as GateVerdict[] };
}
