import type { Prisma } from '../../storage/database.js';
import type { Actor } from '../actor.js';

/** Audited actions. The chain hashes these names as they are stored: add new ones, never rename one. */
export const AuditAction = {
  ALIAS_MOVED: 'ALIAS_MOVED',
  ALIAS_ROLLED_BACK: 'ALIAS_ROLLED_BACK',
  ALIAS_REMOVED: 'ALIAS_REMOVED',
  PROMOTION_REQUESTED: 'PROMOTION_REQUESTED',
  PROMOTION_REJECTED: 'PROMOTION_REJECTED',
  GATE_CHANGED: 'GATE_CHANGED',
  APPROVAL_CHANGED: 'APPROVAL_CHANGED',
  ROLLOUT_STARTED: 'ROLLOUT_STARTED',
  ROLLOUT_ENDED: 'ROLLOUT_ENDED',
  PREDICTION_LOG_CHANGED: 'PREDICTION_LOG_CHANGED',
  PHOTO_DELETED: 'PHOTO_DELETED',
  PRECISION_CHOSEN: 'PRECISION_CHOSEN',
  MODEL_VERSION_REGISTERED: 'MODEL_VERSION_REGISTERED',
  MODEL_VERSION_IMPORTED: 'MODEL_VERSION_IMPORTED',
  MODEL_IMPORT_DELETED: 'MODEL_IMPORT_DELETED',
  MODEL_VERSION_ARCHIVED: 'MODEL_VERSION_ARCHIVED',
  MODEL_VERSION_UNARCHIVED: 'MODEL_VERSION_UNARCHIVED',
  MODEL_VERSION_DELETED: 'MODEL_VERSION_DELETED',
  MODEL_ARCHIVED: 'MODEL_ARCHIVED',
  MODEL_UNARCHIVED: 'MODEL_UNARCHIVED',
  MODEL_DELETED: 'MODEL_DELETED',
  TOKEN_CREATED: 'TOKEN_CREATED',
  TOKEN_REVOKED: 'TOKEN_REVOKED',
  DATASET_CREATED: 'DATASET_CREATED',
  DATASET_DELETED: 'DATASET_DELETED',
  DATASET_VERSION_CREATED: 'DATASET_VERSION_CREATED',
  DATASET_VERSION_DELETED: 'DATASET_VERSION_DELETED',
  EXAMINATION_STARTED: 'EXAMINATION_STARTED',
  EXAMINATION_CANCELLED: 'EXAMINATION_CANCELLED',
  BACKBONE_ADDED: 'BACKBONE_ADDED',
  RUN_STARTED: 'RUN_STARTED',
  RUN_CHANGED: 'RUN_CHANGED',
  RUN_CANCELLED: 'RUN_CANCELLED',
  RUN_RESUMED: 'RUN_RESUMED',
  RUN_DELETED: 'RUN_DELETED',
  SWEEP_STARTED: 'SWEEP_STARTED',
  SWEEP_CANCELLED: 'SWEEP_CANCELLED',
  SWEEP_DELETED: 'SWEEP_DELETED',
  PREDICTION_STARTED: 'PREDICTION_STARTED',
  PREDICTION_CANCELLED: 'PREDICTION_CANCELLED',
  PREDICTION_DELETED: 'PREDICTION_DELETED',
  RETRAINING_RULE_SAVED: 'RETRAINING_RULE_SAVED',
  RETRAINING_RULE_DELETED: 'RETRAINING_RULE_DELETED',
  RETRAINING_STARTED: 'RETRAINING_STARTED',
  RETRAINING_CANCELLED: 'RETRAINING_CANCELLED',
  SLICE_SAVED: 'SLICE_SAVED',
  SLICE_DELETED: 'SLICE_DELETED',
  WEBHOOK_CREATED: 'WEBHOOK_CREATED',
  WEBHOOK_DELETED: 'WEBHOOK_DELETED',
  /** No longer written; ROLLOUT_STARTED and ROLLOUT_ENDED took their place. */
  TRIAL_STARTED: 'TRIAL_STARTED',
  TRIAL_ENDED: 'TRIAL_ENDED',
} as const;
export type AuditAction = (typeof AuditAction)[keyof typeof AuditAction];

/** One audited change, as it is stored. */
export interface AuditEvent {
  /** From 1, without a gap. */
  readonly number: number;
  readonly at: Date;
  /** Name of the token; "hub" for the hub itself. */
  readonly actor: string;
  readonly action: AuditAction;
  /** The changed thing, for people: `pets@production`. */
  readonly subject: string;
  /** Name of the model concerned; null for none. */
  readonly model: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  readonly requestId: string | null;
  /** Further facts, by action. */
  readonly details: Readonly<Record<string, unknown>>;
  /** SHA-256, in hex, of the row and of the hash before it. */
  readonly hash: string;
}

/** Conditions on audit events; undefined and null set none. */
export interface AuditFilter {
  readonly model?: string | null;
  readonly actions?: readonly AuditAction[] | null;
  readonly actor?: string | null;
  readonly subject?: string | null;
  readonly since?: Date | null;
  /** Exclusive. */
  readonly before?: Date | null;
}

/** One audit event to write: the action, its subject, the state before and after. */
export interface AuditEntry {
  readonly action: AuditAction;
  readonly subject: string;
  readonly model?: string;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly reason?: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The row of an entry. Create it in the transaction that makes the change, as its last statement: the trigger that
 * chains the row lets no other one in until the transaction ends.
 */
export function auditRow(
  { name: actor, requestId }: Pick<Actor, 'name' | 'requestId'>,
  { details = {}, ...entry }: AuditEntry,
) {
  return { ...entry, actor, requestId, details: JSON.stringify(details) } satisfies Prisma.AuditEventCreateInput;
}
