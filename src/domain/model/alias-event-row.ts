import { z } from 'zod';
import type { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { checksSchema } from './gate.js';
import type { AliasEvent } from './model.js';

const detailsSchema = z.object({
  alias: z.string(),
  gate: checksSchema,
  /** Who requested the promotion, and the comment of the second person. */
  requestedBy: z.string().exactOptional(),
  decision: z.string().exactOptional(),
  /** Id of the rollout that ended with the move. */
  rollout: z.string().exactOptional(),
});

const detailsColumn = z.object({ details: detailsSchema });

/** What the audit records about a move of an alias besides from and to. */
export type AliasMoveDetails = Readonly<z.output<typeof detailsSchema>>;

/** A move of an alias, from its row in the audit. */
export function toAliasEvent(row: Prisma.AuditEventGetPayload<object>): AliasEvent {
  const columns = { details: JSON.parse(row.details) as unknown };
  const { alias, gate } = parseColumns(detailsColumn, columns, `audit event ${row.number}`).details;
  const { from, to, actor, reason, at } = row;
  return {
    id: String(row.number),
    alias,
    from: from === null ? null : Number(from),
    to: Number(to),
    actor,
    reason: reason ?? '',
    overridden: gate.some((check) => !check.passed),
    gate,
    createdAt: at,
  };
}
