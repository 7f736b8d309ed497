import { z } from 'zod';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { numberOf, type Page, type PageRequest, pageOfRows } from '../page.js';
import { type AuditChainVerdict, verifyAuditChain } from './audit-chain.js';
import { AuditAction, type AuditEvent, type AuditFilter } from './audit-event.js';

/** Reads the audit. `auditRow` writes it, in the transaction of each change. */
export class AuditService {
  constructor(private readonly prisma: PrismaClient) {}

  /** Events before the number `after`, newest first. */
  async page(filter: AuditFilter, request: PageRequest): Promise<Page<AuditEvent>> {
    const { first, after } = request;
    const where = conditionOf(filter);
    const rows = await this.prisma.auditEvent.findMany({
      where: { AND: [where, after === null ? {} : { number: { lt: numberOf(after) } }] },
      orderBy: { number: 'desc' },
      take: first + 1,
    });
    const count = () => this.prisma.auditEvent.count({ where });
    return pageOfRows(
      rows,
      request,
      (shown) => shown.map(toAuditEvent),
      ({ number }) => String(number),
      count,
    );
  }

  async verify(): Promise<AuditChainVerdict> {
    return verifyAuditChain(this.prisma);
  }
}

function conditionOf({ model, actions, actor, subject, since, before }: AuditFilter): Prisma.AuditEventWhereInput {
  return {
    ...(model != null ? { model } : {}),
    ...(actions != null ? { action: { in: [...actions] } } : {}),
    ...(actor != null ? { actor } : {}),
    ...(subject != null ? { subject } : {}),
    at: { ...(since != null ? { gte: since } : {}), ...(before != null ? { lt: before } : {}) },
  };
}

const columns = z.object({ action: z.enum(AuditAction), details: z.record(z.string(), z.unknown()) });

function toAuditEvent({ action, details, ...rest }: Prisma.AuditEventGetPayload<object>): AuditEvent {
  return { ...rest, ...columns.parse({ action, details: JSON.parse(details) }) };
}
