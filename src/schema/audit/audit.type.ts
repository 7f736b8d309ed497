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
    TRIAL_STARTED: { deprecationReason: 'Older events only. New ones are ROLLOUT_STARTED.' },
    TRIAL_ENDED: { deprecationReason: 'Older events only. New ones are ROLLOUT_ENDED.' },
  },
});

@ObjectType('AuditEvent', {
  description: 'One audited change: actor, action, subject, before, after, reason. Immutable.',
})
class AuditEventType implements AuditEvent {
  @Field(() => Int, { description: 'From 1, without a gap.' })
  number!: number;

  @Field(() => GraphQLDateTime)
  at!: Date;

  @Field(() => String, { description: 'Name of the token; "hub" for the hub itself.' })
  actor!: string;

  @Field(() => AuditAction)
  action!: AuditAction;

  @Field(() => String, { description: 'The changed thing, for example "pets@production".' })
  subject!: string;

  @Field(() => String, { nullable: true, description: 'Name of the model concerned.' })
  model!: string | null;

  @Field(() => String, { nullable: true })
  from!: string | null;

  @Field(() => String, { nullable: true })
  to!: string | null;

  @Field(() => String, { nullable: true })
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
  @Field(() => String, { nullable: true })
  model?: string | null;

  @Field(() => [AuditAction], { nullable: true })
  actions?: AuditAction[] | null;

  @Field(() => String, { nullable: true })
  actor?: string | null;

  @Field(() => String, { nullable: true })
  subject?: string | null;

  @Field(() => GraphQLDateTime, { nullable: true })
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
  @Field(() => Int)
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
