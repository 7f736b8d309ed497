import { GraphQLDateTime } from 'graphql-scalars';
import { Field, InputType } from 'type-graphql';
import { NAME_RULE } from '../../domain/names.js';
import { Role } from '../../domain/role.js';
import { Checked, NAME } from '../checked.js';

@InputType({ description: 'Name and permissions of a new access token.' })
export class CreateTokenInput {
  @Field(() => String, { description: `Name of its holder, which the audit log records. ${NAME_RULE}` })
  @Checked(NAME)
  name!: string;

  @Field(() => Role, { description: 'Role of the token; each role includes the ones below it.' })
  role!: Role;

  @Field(() => String, { nullable: true, description: 'Name of the only model that the token may use; null for all.' })
  @Checked(NAME)
  model?: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the token expires; null for never.' })
  expiresAt?: Date | null;
}
