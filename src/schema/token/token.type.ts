import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { Caller } from '../../domain/caller.js';
import { Role } from '../../domain/role.js';
import type { CreatedToken, Token } from '../../domain/token/token.js';

registerEnumType(Role, {
  name: 'Role',
  description: 'Permissions of a token. Each role includes the previous one: VIEWER, TRAINER, MAINTAINER, ADMIN.',
  valuesConfig: {
    VIEWER: { description: 'Reads and classifies.' },
    TRAINER: { description: 'Adds data, starts runs and registers their models.' },
    MAINTAINER: { description: 'Promotes, rolls back, deletes, and reads the audit log.' },
    ADMIN: { description: 'Creates and revokes tokens, and changes settings.' },
  },
});

@ObjectType('Token', { description: 'An access token. Its secret is shown once, when the token is created.' })
export class TokenType implements Token {
  @Field(() => ID, { description: 'Id of the token.' })
  id!: string;

  @Field(() => String, { description: 'Name, which the audit log gives as the actor.' })
  name!: string;

  @Field(() => Role, { description: 'Role of the token.' })
  role!: Role;

  @Field(() => String, { nullable: true, description: 'Name of the only model that the token may use; null for all.' })
  model!: string | null;

  @Field(() => String, { nullable: true, description: 'Name of the token that created it; null for the hub itself.' })
  createdBy!: string | null;

  @Field(() => GraphQLDateTime, { description: 'Time of creation.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Accurate to the minute.' })
  lastUsedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time at which it expires; null if it does not.' })
  expiresAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time at which it was revoked; null if it was not.' })
  revokedAt!: Date | null;
}

@ObjectType('CreatedToken', { description: 'A new access token with its secret.' })
export class CreatedTokenType implements CreatedToken {
  @Field(() => TokenType, { description: 'The token, without its secret.' })
  token!: Token;

  @Field(() => String, { description: 'Send it as "Authorization: Bearer SECRET". It is not shown again.' })
  secret!: string;
}

@ObjectType({ description: 'A query, mutation or subscription that a token may not use.' })
export class RefusedOperation {
  @Field(() => String, { description: 'Name of the query, mutation or subscription.' })
  name!: string;

  @Field(() => String, { description: 'Why this token may not call it.' })
  reason!: string;
}

@ObjectType({ description: 'The token of this request, and its permissions.' })
export class Me implements Pick<Caller, 'name' | 'role' | 'model' | 'expiresAt'> {
  @Field(() => String, { description: 'Name of the token.' })
  name!: string;

  @Field(() => Role, { description: 'Role of the token.' })
  role!: Role;

  @Field(() => String, { nullable: true, description: 'Name of the only model that the token may use; null for all.' })
  model!: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Time at which the token expires; null if it does not.',
  })
  expiresAt!: Date | null;

  @Field(() => [String], {
    description:
      'Names of the queries, mutations and subscriptions that the token may use; for its model only, if it has one.',
  })
  may!: string[];

  @Field(() => [RefusedOperation], { description: 'Those that it may not use, whatever their arguments.' })
  mayNot!: readonly RefusedOperation[];
}
