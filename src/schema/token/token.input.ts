import { IsOptional, Matches } from 'class-validator';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, InputType } from 'type-graphql';
import { NAME_PATTERN, NAME_RULE } from '../../domain/names.js';
import { Role } from '../../domain/role.js';

@InputType()
export class CreateTokenInput {
  @Field(() => String, { description: `Name of its holder, which the audit records. ${NAME_RULE}` })
  @Matches(NAME_PATTERN, { message: NAME_RULE })
  name!: string;

  @Field(() => Role)
  role!: Role;

  @Field(() => String, { nullable: true, description: 'Name of the only model that the token may use; null for all.' })
  @IsOptional()
  @Matches(NAME_PATTERN, { message: NAME_RULE })
  model?: string | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When the token expires; null for never.' })
  expiresAt?: Date | null;
}
