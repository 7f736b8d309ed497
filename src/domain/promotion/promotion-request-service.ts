import { HubError } from '../../errors.js';
import { isMissing, type Prisma, type PrismaClient } from '../../storage/database.js';
import type { Requester } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import { requireHoldable } from '../model/held-versions.js';
import { olderThan, type PageRequest } from '../page.js';
import type { Promotion, PromotionRequest, PromotionState } from './promotion.js';
import { type PromotionRequestRow, toPromotionRequest, withVersion } from './promotion-request-row.js';
import type { PromotionService } from './promotion-service.js';

/** Requests for promotions that need a second person. */
export class PromotionRequestService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly promotions: PromotionService,
  ) {}

  /** A page of the requests, newest first. @param model null for all. @param state null for all. */
  async list(
    model: string | null,
    state: PromotionState | null,
    { first, after }: PageRequest,
  ): Promise<PromotionRequest[]> {
    const rows = await this.prisma.promotionRequest.findMany({
      where: {
        ...(model === null ? {} : { version: { model: { name: model } } }),
        ...(state ? { state } : {}),
        ...olderThan(after),
      },
      include: withVersion,
      orderBy: { id: 'desc' },
      take: first,
    });
    return rows.map(toPromotionRequest);
  }

  /**
   * Requests a promotion.
   * @param alongside writes more in the same transaction.
   * @throws as a promotion; CONFLICT when it needs no second person, or when the same promotion waits already.
   */
  async request(
    promotion: Promotion,
    requester: Requester,
    alongside?: (tx: Prisma.TransactionClient) => Promise<void>,
  ): Promise<PromotionRequest> {
    const { model, version: number, alias, reason, overrideGate, now } = promotion;
    const { version, holder, gate, needsSecondPerson } = await this.promotions.requireAllowed(promotion);
    if (!needsSecondPerson) {
      throw new HubError('CONFLICT', `${alias} of ${model} needs no second person. Promote the version.`, {
        model,
        alias,
      });
    }
    const { tokenId: requestedById, name: requestedBy } = requester.caller;
    const seenVersion = holder?.number ?? 0;
    const { id } = await this.prisma.$transaction(async (tx) => {
      await requireHoldable(tx, version.id);
      await tx.$queryRaw`SELECT id FROM model_versions WHERE id = ${version.id} FOR UPDATE`;
      const same = { versionId: version.id, alias, state: 'WAITING' } as const;
      if ((await tx.promotionRequest.count({ where: same })) > 0) {
        const message = `A promotion of version ${number} of ${model} to ${alias} waits already.`;
        throw new HubError('CONFLICT', message, { model, version: number, alias });
      }
      const asked = { reason, overrideGate, now, seenVersion, gate: gate.map((check) => ({ ...check })) };
      const made = await tx.promotionRequest.create({ data: { ...same, ...asked, requestedBy, requestedById } });
      const entry = { action: 'PROMOTION_REQUESTED', ...entryOf({ alias, version, seenVersion }), reason } as const;
      await tx.auditEvent.create({ data: auditRow(requester.actor, entry) });
      await alongside?.(tx);
      return made;
    });
    return this.#require(id);
  }

  /** Approves a request and moves the alias. @throws as a promotion; FORBIDDEN for the token that made the request. */
  async approve(id: string, decision: string, requester: Requester): Promise<PromotionRequest> {
    const row = await this.#waiting(id, requester);
    const { alias, seenVersion: expectedVersion, overrideGate, now, reason, requestedBy, version } = row;
    if (row.requestedById === requester.caller.tokenId) {
      throw new HubError('FORBIDDEN', 'A second person must approve this promotion; this token requested it.', { id });
    }
    const promotion = {
      model: version.model.name,
      version: version.number,
      alias,
      reason,
      expectedVersion,
      overrideGate,
      now,
    };
    await this.promotions.promoteApproved(promotion, requester.actor, {
      details: { requestedBy, decision },
      write: (tx) => decide(tx, id, 'APPROVED', decision, requester),
    });
    return this.#require(id);
  }

  /** Rejects a request; the alias does not move. @throws NOT_FOUND; CONFLICT when it is decided. */
  async reject(id: string, decision: string, requester: Requester): Promise<PromotionRequest> {
    const row = await this.#waiting(id, requester);
    await this.prisma.$transaction(async (tx) => {
      await decide(tx, id, 'REJECTED', decision, requester);
      const entry = { action: 'PROMOTION_REJECTED', ...entryOf(row), reason: decision } as const;
      await tx.auditEvent.create({ data: auditRow(requester.actor, entry) });
    });
    return this.#require(id);
  }

  /** Reads a request that waits. @throws NOT_FOUND, also for another model than the caller's; CONFLICT when it is decided. */
  async #waiting(id: string, { caller }: Requester): Promise<PromotionRequestRow> {
    const row = await this.prisma.promotionRequest.findUnique({ where: { id }, include: withVersion });
    if (!row || (caller.model !== null && caller.model !== row.version.model.name)) {
      throw new HubError('NOT_FOUND', 'There is no promotion request with this id.', { id });
    }
    if (row.state !== 'WAITING') throw decided(id, row.state);
    return row;
  }

  async #require(id: string): Promise<PromotionRequest> {
    return toPromotionRequest(
      await this.prisma.promotionRequest.findUniqueOrThrow({ where: { id }, include: withVersion }),
    );
  }
}

/** Records a decision. Of two made at once, the first counts; the other throws CONFLICT. */
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
    throw isMissing(error) ? decided(id, 'decided') : error;
  }
}

function decided(id: string, state: string): HubError {
  return new HubError('CONFLICT', `The request is ${state} already.`, { id });
}

function entryOf({ alias, version, seenVersion }: Pick<PromotionRequestRow, 'alias' | 'version' | 'seenVersion'>) {
  const model = version.model.name;
  const from = seenVersion === 0 ? null : String(seenVersion);
  return { subject: `${model}@${alias}`, model, from, to: String(version.number) };
}
