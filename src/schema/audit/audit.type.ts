import { IsOptional, Max, Min } from 'class-validator';
import { GraphQLDateTimeISO, GraphQLJSONObject } from 'graphql-scalars';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { AuditAction } from '../../domain/audit/audit-event.js';

@ObjectType({ description: 'Something that was changed: who, what, from, to, why. Never changes.' })
export class AuditEvent {
  @Field(() => Int, { description: 'From 1, without a gap.' })
  number!: number;

  @Field(() => GraphQLDateTimeISO)
  at!: Date;

  @Field(() => String, { description: 'Name of the token; "hub" where the hub itself did it.' })
  actor!: string;

  @Field(() => AuditAction)
  action!: `${AuditAction}`;

  @Field(() => String, { description: 'What was changed, for example "colours@production".' })
  subject!: string;

  @Field(() => String, { nullable: true, description: 'Name of the model that it concerns.' })
  model?: string | null;

  @Field(() => String, { nullable: true })
  from?: string | null;

  @Field(() => String, { nullable: true })
  to?: string | null;

  @Field(() => String, { nullable: true })
  reason?: string | null;

  @Field(() => String, { nullable: true, description: 'Under which number the log knows the request.' })
  requestId?: string | null;

  @Field(() => GraphQLJSONObject, { description: 'What else there is to say, by action.' })
  details!: Record<string, unknown>;

  @Field(() => String, { description: 'SHA-256, in hex, of the row and of the hash before it.' })
  hash!: string;
}

@ObjectType()
export class AuditPage {
  @Field(() => [AuditEvent], { description: 'Newest first.' })
  events!: AuditEvent[];

  @Field(() => Int, { nullable: true, description: 'The `after` of the next page; null on the last one.' })
  next?: number | null;
}

@InputType()
export class AuditFilter {
  @Field(() => String, { nullable: true })
  model?: string | null;

  @Field(() => [AuditAction], { nullable: true })
  actions?: AuditAction[] | null;

  @Field(() => String, { nullable: true })
  actor?: string | null;

  @Field(() => String, { nullable: true })
  subject?: string | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  since?: Date | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Up to, and not with.' })
  before?: Date | null;
}

@InputType()
export class AuditPageInput {
  @Field(() => Int, { defaultValue: 50, description: '1 to 200.' })
  @Min(1)
  @Max(200)
  first!: number;

  @Field(() => Int, { nullable: true, description: 'The `next` of the page before.' })
  @IsOptional()
  @Min(1)
  after?: number | null;
}

@ObjectType()
export class BrokenAuditEvent {
  @Field(() => Int)
  number!: number;

  @Field(() => String)
  why!: string;
}

@ObjectType({ description: 'Whether the audit is as it was written.' })
export class AuditChain {
  @Field(() => Int, { description: 'Rows from the first on that are as they were written.' })
  intact!: number;

  @Field(() => String, {
    description:
      'Hash of the last of them. Kept elsewhere, it shows later that nothing before it was changed or cut off.',
  })
  lastHash!: string;

  @Field(() => BrokenAuditEvent, { nullable: true, description: 'The first row that is not; null when all are.' })
  broken?: BrokenAuditEvent | null;
}
