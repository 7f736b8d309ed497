import { z } from 'zod';
import type { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { checksSchema } from './gate.js';
import type { AliasEvent } from './model.js';
import { Precision, Runtime } from './precision.js';

/** Audited actions that point an alias to a version. */
export type AliasMove = 'ALIAS_MOVED' | 'ALIAS_ROLLED_BACK';
/** The audited action that removes an alias. */
export const REMOVED = 'ALIAS_REMOVED';
/** Audited actions that change where an alias points. */
export const ALIAS_CHANGES = ['ALIAS_MOVED', 'ALIAS_ROLLED_BACK', REMOVED] as const;

const detailsSchema = z.object({
  alias: z.string(),
  /** Empty for an alias that the gate does not guard, for a rollback and for a removal. */
  gate: checksSchema,
  /** The form in which the version serves. Missing for a removal, and in events that were written before it was recorded. */
  precision: z.enum(Precision).exactOptional(),
  runtime: z.enum(Runtime).exactOptional(),
  calibrated: z.boolean().exactOptional(),
  /** Who requested the promotion, and the comment of the second person. */
  requestedBy: z.string().exactOptional(),
  decision: z.string().exactOptional(),
  /** Id of the rollout that ended with the move. */
  rollout: z.string().exactOptional(),
});

const detailsColumn = z.object({ details: detailsSchema });

/** What the audit records about a change of an alias besides from and to. */
export type AliasMoveDetails = Readonly<z.output<typeof detailsSchema>>;

/** A move or a removal of an alias, from its row in the audit. */
export function toAliasEvent(row: Prisma.AuditEventGetPayload<object>): AliasEvent {
  const columns = { details: JSON.parse(row.details) as unknown };
  const details = parseColumns(detailsColumn, columns, `audit event ${row.number}`).details;
  const { alias, gate, precision = null, runtime = null, calibrated = null } = details;
  const { from, to, actor, reason, at } = row;
  return {
    id: String(row.number),
    alias,
    rollback: row.action === 'ALIAS_ROLLED_BACK',
    from: from === null ? null : Number(from),
    to: to === null ? null : Number(to),
    actor,
    reason: reason ?? '',
    overridden: gate.some((check) => !check.passed),
    gate,
    precision,
    runtime,
    calibrated,
    createdAt: at,
  };
}
