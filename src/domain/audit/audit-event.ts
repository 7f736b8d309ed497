import { registerEnumType } from 'type-graphql';
import type { Prisma } from '../../storage/database.js';
import type { Actor } from '../actor.js';

/** What the audit knows of. */
export enum AuditAction {
  ALIAS_MOVED = 'ALIAS_MOVED',
  PROMOTION_REQUESTED = 'PROMOTION_REQUESTED',
  PROMOTION_REJECTED = 'PROMOTION_REJECTED',
  GATE_CHANGED = 'GATE_CHANGED',
  APPROVAL_CHANGED = 'APPROVAL_CHANGED',
  TRIAL_STARTED = 'TRIAL_STARTED',
  TRIAL_ENDED = 'TRIAL_ENDED',
  PREDICTION_LOG_CHANGED = 'PREDICTION_LOG_CHANGED',
  PRECISION_CHOSEN = 'PRECISION_CHOSEN',
  MODEL_VERSION_IMPORTED = 'MODEL_VERSION_IMPORTED',
  TOKEN_CREATED = 'TOKEN_CREATED',
  TOKEN_REVOKED = 'TOKEN_REVOKED',
  DATASET_DELETED = 'DATASET_DELETED',
  DATASET_VERSION_DELETED = 'DATASET_VERSION_DELETED',
  RUN_DELETED = 'RUN_DELETED',
  SWEEP_DELETED = 'SWEEP_DELETED',
  WEBHOOK_CREATED = 'WEBHOOK_CREATED',
  WEBHOOK_DELETED = 'WEBHOOK_DELETED',
}
registerEnumType(AuditAction, { name: 'AuditAction' });

/** What happened to what. */
export interface AuditEntry {
  readonly action: `${AuditAction}`;
  /** What was changed, for people: `colours@production`. */
  readonly subject: string;
  /** Name of the model that it concerns. */
  readonly model?: string;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly reason?: string | null;
  /** What else there is to say. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The row of an entry. It is to be created in the transaction that makes the change, as the last of its statements: the
 * trigger that chains it lets no other row in between until the transaction ends.
 */
export function auditRow({ name: actor, requestId }: Actor, { details = {}, ...entry }: AuditEntry) {
  return { ...entry, actor, requestId, details: JSON.stringify(details) } satisfies Prisma.AuditEventCreateInput;
}
