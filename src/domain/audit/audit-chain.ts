import { createHash } from 'node:crypto';
import type { Prisma, PrismaClient } from '../../storage/database.js';

/** Rows per query. */
const PAGE = 1000;
/** `previousHash` of the first row. */
const NO_HASH = '0'.repeat(64);

/** The first row of the audit that fails its check. */
export interface AuditChainFault {
  readonly number: number;
  readonly why: string;
}

/** Result of checking the audit's hash chain. */
export interface AuditChainVerdict {
  /** Number of rows, from the first on, that are as they were written. */
  readonly intact: number;
  /** Hash of the last intact row. Kept elsewhere, it later proves that no earlier row was changed or removed. */
  readonly lastHash: string;
  /** The first row that was changed or follows a gap; null when all rows are intact. */
  readonly broken: AuditChainFault | null;
}

type AuditRow = Prisma.AuditEventGetPayload<object>;

/** Recomputes every hash of the audit, in order, up to the first row that fails. */
export async function verifyAuditChain(prisma: PrismaClient): Promise<AuditChainVerdict> {
  let last = { number: 0, hash: NO_HASH };
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
 * SHA-256 of a JSON array of strings and nulls, without spaces, in UTF-8. The table's trigger computes the same in SQL;
 * this implementation is independent of it.
 */
function hashOf(row: AuditRow): string {
  const { number, at, actor, action, subject, model, from, to, reason, requestId, details, previousHash } = row;
  const content = [String(number), at.toISOString(), actor, action, subject, model, from, to, reason, requestId];
  return createHash('sha256')
    .update(JSON.stringify([...content, details, previousHash]))
    .digest('hex');
}
