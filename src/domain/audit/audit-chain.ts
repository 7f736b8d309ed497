import { createHash } from 'node:crypto';
import type { Prisma, PrismaClient } from '../../storage/database.js';

/** Rows read at once. */
const PAGE = 1000;
/** What the first row names as the one before it. */
const NOTHING_BEFORE = '0'.repeat(64);

/** How the audit's chain stands. */
export interface ChainVerdict {
  /** Rows in it that are as they were written. */
  readonly intact: number;
  /** Hash of the last of them. Whoever keeps it elsewhere can tell later that nothing before it was changed or cut off. */
  readonly lastHash: string;
  /** The first row that is not as it was written, or lacks the one before it; null when the whole chain holds. */
  readonly broken: { readonly number: number; readonly why: string } | null;
}

type AuditRow = Prisma.AuditEventGetPayload<object>;

/** Computes every hash of the audit again, in order, up to the first row that does not fit. */
export async function verifyAuditChain(prisma: PrismaClient): Promise<ChainVerdict> {
  let last = { number: 0, hash: NOTHING_BEFORE };
  for (;;) {
    const rows = await prisma.auditEvent.findMany({
      where: { number: { gt: last.number } },
      orderBy: { number: 'asc' },
      take: PAGE,
    });
    for (const row of rows) {
      const why = faultOf(row, last);
      if (why) return { intact: last.number, lastHash: last.hash, broken: { number: row.number, why } };
      last = row;
    }
    if (rows.length < PAGE) return { intact: last.number, lastHash: last.hash, broken: null };
  }
}

function faultOf(row: AuditRow, before: Pick<AuditRow, 'number' | 'hash'>): string | null {
  if (row.number !== before.number + 1) return `The rows ${before.number + 1} to ${row.number - 1} are missing.`;
  if (row.previousHash !== before.hash) return 'It does not name the hash of the row before it.';
  return row.hash === hashOf(row) ? null : 'Its hash is not that of its content.';
}

/**
 * SHA-256 of a JSON array without spaces, in UTF-8, of strings and nulls. The trigger of the table computes the same in
 * SQL; this is the second opinion.
 */
function hashOf(row: AuditRow): string {
  const { number, at, actor, action, subject, model, from, to, reason, requestId, details, previousHash } = row;
  const content = [String(number), at.toISOString(), actor, action, subject, model, from, to, reason, requestId];
  return createHash('sha256')
    .update(JSON.stringify([...content, details, previousHash]))
    .digest('hex');
}
