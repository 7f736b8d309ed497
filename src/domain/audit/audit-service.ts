import type { AuditEvent, AuditFilter, AuditPage } from '../../schema/audit/audit.type.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { type ChainVerdict, verifyAuditChain } from './audit-chain.js';
import type { AuditAction } from './audit-event.js';

/** Reads the audit. It is written where something changes, by `auditRow`. */
export class AuditService {
  constructor(private readonly prisma: PrismaClient) {}

  /** A page, newest first. */
  async page(filter: AuditFilter, first: number, after: number | null): Promise<AuditPage> {
    const rows = await this.prisma.auditEvent.findMany({
      where: { ...conditionOf(filter), ...(after === null ? {} : { number: { lt: after } }) },
      orderBy: { number: 'desc' },
      take: first + 1,
    });
    const events = rows.slice(0, first).map(toAuditEvent);
    return { events, next: rows.length > first ? (events.at(-1)?.number ?? null) : null };
  }

  async verify(): Promise<ChainVerdict> {
    return verifyAuditChain(this.prisma);
  }
}

function conditionOf({ model, actions, actor, subject, since, before }: AuditFilter): Prisma.AuditEventWhereInput {
  return {
    ...(model != null ? { model } : {}),
    ...(actions != null ? { action: { in: actions } } : {}),
    ...(actor != null ? { actor } : {}),
    ...(subject != null ? { subject } : {}),
    at: { ...(since != null ? { gte: since } : {}), ...(before != null ? { lt: before } : {}) },
  };
}

function toAuditEvent(row: Prisma.AuditEventGetPayload<object>): AuditEvent {
  const { action, details, ...rest } = row;
  return { ...rest, action: action as AuditAction, details: JSON.parse(details) as Record<string, unknown> };
}
