import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { Role } from '../../domain/role.js';

@ObjectType('Token', { description: 'Who may use the hub. Its secret is shown once, when it is made.' })
export class TokenType {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => Role)
  role!: `${Role}`;

  @Field(() => String, { nullable: true, description: 'Name of the only model that it is for.' })
  model?: string | null;

  @Field(() => String, { nullable: true, description: 'Name of the token that made it; null for the hub itself.' })
  createdBy?: string | null;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'To the minute.' })
  lastUsedAt?: Date | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  expiresAt?: Date | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  revokedAt?: Date | null;
}

@ObjectType()
export class CreatedToken {
  @Field(() => TokenType)
  token!: TokenType;

  @Field(() => String, { description: 'What to send as "Authorization: Bearer SECRET". It is not shown again.' })
  secret!: string;
}

@ObjectType({ description: 'Whose token a request came with, and what it may ask.' })
export class Me {
  @Field(() => String)
  name!: string;

  @Field(() => Role)
  role!: `${Role}`;

  @Field(() => String, { nullable: true, description: 'Name of the only model that the token is for.' })
  model?: string | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  expiresAt?: Date | null;

  @Field(() => [String], {
    description: 'Names of the queries, mutations and subscriptions that it may ask; with a model, only about that.',
  })
  may!: string[];
}
