import { Field, ID, ObjectType } from 'type-graphql';
import type { Owner } from '../domain/owner.js';
import { Role } from '../domain/role.js';

/** Description of `owner` fields. */
export const OWNER = 'The token that created it; null in objects of hubs that did not store it.';

@ObjectType('Owner', { description: 'The token that created an object, as the audit names it.' })
export class OwnerType implements Owner {
  @Field(() => String, { description: 'Name of the token; "hub" for the hub itself.' })
  name!: string;

  @Field(() => ID, { nullable: true, description: 'Null for the hub itself, and where only the name was stored.' })
  tokenId!: string | null;

  @Field(() => Role, { nullable: true, description: 'Its role at that time; null as is the id.' })
  role!: Role | null;
}
