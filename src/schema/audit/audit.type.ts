import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { AuditChainFault, AuditChainVerdict } from '../../domain/audit/audit-chain.js';
import { AuditAction, type AuditEvent, type AuditFilter } from '../../domain/audit/audit-event.js';
import { Checked, number } from '../checked.js';
import { connectionTo, OLD_PAGE } from '../connection.js';

registerEnumType(AuditAction, {
  name: 'AuditAction',
  description: 'Audited actions.',
  valuesConfig: {
    ALIAS_MOVED: { description: 'An alias moved to another version.' },
    ALIAS_REMOVED: { description: 'An alias was removed.' },
    ALIAS_ROLLED_BACK: { description: 'An alias moved back to the version before.' },
    APPROVAL_CHANGED: { description: "Whether a model's promotions need a second person was changed." },
    BACKBONE_ADDED: { description: 'A backbone was added.' },
    DATASET_CREATED: { description: 'A dataset was created.' },
    DATASET_DELETED: { description: 'A dataset was deleted.' },
    DATASET_VERSION_CREATED: { description: 'A dataset version was registered or derived.' },
    DATASET_VERSION_DELETED: { description: 'A dataset version was deleted.' },
    EXAMINATION_CANCELLED: { description: 'The examination of a dataset version was canceled.' },
    EXAMINATION_STARTED: { description: 'The examination of a dataset version was queued.' },
    GATE_CHANGED: { description: "The rules of a model's gate were changed." },
    MODEL_ARCHIVED: { description: 'A model was archived.' },
    MODEL_DELETED: { description: 'A model was deleted.' },
    MODEL_IMPORT_DELETED: { description: 'The record of an import was deleted.' },
    MODEL_UNARCHIVED: { description: 'A model was taken out of the archive.' },
    MODEL_VERSION_ARCHIVED: { description: 'A model version was archived.' },
    MODEL_VERSION_DELETED: { description: 'A model version was deleted.' },
    MODEL_VERSION_IMPORTED: { description: 'A model version was imported from a file.' },
    MODEL_VERSION_REGISTERED: { description: 'A run was registered as a model version.' },
    MODEL_VERSION_UNARCHIVED: { description: 'A model version was taken out of the archive.' },
    PHOTO_DELETED: { description: 'A photo was deleted, with the answers to it. The subject is its SHA-256.' },
    PRECISION_CHOSEN: { description: 'The form that a version serves with was chosen.' },
    PREDICTION_CANCELLED: { description: 'A batch prediction was canceled.' },
    PREDICTION_DELETED: { description: 'A batch prediction and its results were deleted.' },
    PREDICTION_LOG_CHANGED: { description: 'What a model keeps of its predictions was changed.' },
    PREDICTION_STARTED: { description: 'A batch prediction was started.' },
    PROMOTION_REJECTED: { description: 'A requested promotion was rejected.' },
    PROMOTION_REQUESTED: { description: 'A promotion was requested.' },
    ROLLOUT_ENDED: { description: 'A rollout ended.' },
    ROLLOUT_STARTED: { description: 'A rollout was started.' },
    RUN_CANCELLED: { description: 'A run was canceled.' },
    RUN_CHANGED: { description: 'The name, note or tags of a run were changed.' },
    RUN_DELETED: { description: 'A run was deleted.' },
    RUN_RESUMED: { description: 'A run was resumed.' },
    RUN_STARTED: { description: 'A run was queued.' },
    SWEEP_CANCELLED: { description: 'A sweep was canceled.' },
    SWEEP_DELETED: { description: 'A sweep was deleted.' },
    SWEEP_STARTED: { description: 'A sweep was queued.' },
    TOKEN_CREATED: { description: 'A token was created.' },
    TOKEN_REVOKED: { description: 'A token was revoked.' },
    TRIAL_ENDED: {
      description: 'A rollout ended, as earlier hubs named it.',
      deprecationReason: 'Older events only. New ones are ROLLOUT_ENDED.',
    },
    TRIAL_STARTED: {
      description: 'A rollout was started, as earlier hubs named it.',
      deprecationReason: 'Older events only. New ones are ROLLOUT_STARTED.',
    },
    RETRAINING_RULE_SAVED: { description: 'A retraining rule was made, changed or switched.' },
    RETRAINING_RULE_DELETED: { description: 'A retraining rule was deleted.' },
    RETRAINING_STARTED: { description: 'A retraining rule started a round.' },
    RETRAINING_CANCELLED: { description: 'A round of a retraining rule was canceled.' },
    SLICE_SAVED: { description: 'A slice of a dataset was saved.' },
    SLICE_DELETED: { description: 'A saved slice was deleted.' },
    WEBHOOK_CREATED: { description: 'A webhook was created.' },
    WEBHOOK_DELETED: { description: 'A webhook was deleted.' },
  },
});

@ObjectType('AuditEvent', {
  description: 'One audited change: actor, action, subject, before, after, reason. Immutable.',
})
class AuditEventType implements AuditEvent {
  @Field(() => Int, { description: 'From 1, without a gap.' })
  number!: number;

  @Field(() => GraphQLDateTime, { description: 'Time of the change.' })
  at!: Date;

  @Field(() => String, { description: 'Name of the token; "hub" for the hub itself.' })
  actor!: string;

  @Field(() => AuditAction, { description: 'Kind of change.' })
  action!: AuditAction;

  @Field(() => String, { description: 'The changed thing, for example "pets@production".' })
  subject!: string;

  @Field(() => String, { nullable: true, description: 'Name of the model concerned.' })
  model!: string | null;

  @Field(() => String, { nullable: true, description: 'State before the change; null when there was none.' })
  from!: string | null;

  @Field(() => String, { nullable: true, description: 'State after the change; null when nothing is left.' })
  to!: string | null;

  @Field(() => String, { nullable: true, description: 'Reason given for the change; null where none is asked for.' })
  reason!: string | null;

  @Field(() => String, { nullable: true, description: 'Id of the request in the log.' })
  requestId!: string | null;

  @Field(() => GraphQLJSONObject, { description: 'Further facts, by action.' })
  details!: Readonly<Record<string, unknown>>;

  @Field(() => String, { description: 'SHA-256, in hex, of the row and of the hash before it.' })
  hash!: string;
}

@ObjectType('AuditConnection', { description: 'A page of audited changes, newest first.' })
export class AuditConnectionType extends connectionTo('AuditEvent', () => AuditEventType) {
  @Field(() => [AuditEventType], OLD_PAGE.items)
  get events(): readonly AuditEventType[] {
    return this.nodes;
  }

  @Field(() => Int, { nullable: true, ...OLD_PAGE.next })
  get next(): number | null {
    return this.nextCursor === null ? null : Number(this.nextCursor);
  }
}

@InputType('AuditFilter', { description: 'Selects the audited changes that meet every given condition.' })
export class AuditFilterInput implements AuditFilter {
  @Field(() => String, { nullable: true, description: 'Name of a model: entries about it and its versions.' })
  model?: string | null;

  @Field(() => [AuditAction], { nullable: true, description: 'Entries with any of these actions; all by default.' })
  actions?: AuditAction[] | null;

  @Field(() => String, { nullable: true, description: 'Name of a token: entries of what it did.' })
  actor?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Entries about exactly this subject, such as "pets@production".',
  })
  subject?: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Entries from this time on.' })
  since?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Exclusive.' })
  before?: Date | null;
}

@InputType({ description: 'A page of audited changes.' })
export class AuditPageInput {
  @Field(() => Int, { defaultValue: 50, description: '1 to 200.' })
  @Checked(number(1, 200))
  first!: number;

  @Field(() => Int, { nullable: true, description: '`next` of the previous page.' })
  @Checked(number(1))
  after?: number | null;
}

@ObjectType('BrokenAuditEvent', { description: 'A row of the audit log that was changed or follows a gap.' })
class BrokenAuditEventType implements AuditChainFault {
  @Field(() => Int, { description: 'Number of the entry.' })
  number!: number;

  @Field(() => String, { description: 'Reason why the check of this row fails.' })
  why!: string;
}

@ObjectType({ description: 'Result of checking the hash chain of the audit log.' })
export class AuditChain implements AuditChainVerdict {
  @Field(() => Int, { description: 'Number of intact rows, from the first on.' })
  intact!: number;

  @Field(() => String, {
    description:
      'Hash of the last intact row. Kept elsewhere, it later proves that no earlier row was changed or removed.',
  })
  lastHash!: string;

  @Field(() => BrokenAuditEventType, {
    nullable: true,
    description: 'The first row that was changed or follows a gap; null when all rows are intact.',
  })
  broken!: AuditChainFault | null;
}
