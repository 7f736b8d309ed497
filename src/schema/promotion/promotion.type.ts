import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { GateCheck, ModelVersionType } from '../model/model.type.js';

export enum PromotionState {
  WAITING = 'WAITING',
  APPROVED = 'APPROVED',
  REJECTED = 'REJECTED',
}
registerEnumType(PromotionState, { name: 'PromotionState' });

@ObjectType({ description: 'What would happen if an alias were moved to a version now.' })
export class PromotionCheck {
  @Field(() => Int, { nullable: true, description: 'Number of the version that the alias points to now.' })
  present?: number | null;

  @Field(() => [GateCheck], { description: 'Empty where the gate does not guard the alias.' })
  checks!: GateCheck[];

  @Field(() => Boolean, { description: 'Whether the gate refuses it unless it is overridden.' })
  needsOverride!: boolean;

  @Field(() => Boolean, { description: 'Whether it must be requested, for a second person to approve.' })
  needsSecondPerson!: boolean;
}

@ObjectType('PromotionRequest', { description: 'A promotion that a second person approves or rejects.' })
export class PromotionRequestType {
  @Field(() => ID)
  id!: string;

  @Field(() => ModelVersionType)
  version!: ModelVersionType;

  @Field(() => String)
  alias!: string;

  @Field(() => PromotionState)
  state!: `${PromotionState}`;

  @Field(() => String)
  reason!: string;

  @Field(() => [GateCheck], { description: 'What the gate said when it was requested.' })
  gate!: GateCheck[];

  @Field(() => Boolean)
  overrideGate!: boolean;

  @Field(() => String, { description: 'Name of the token.' })
  requestedBy!: string;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @Field(() => String, { nullable: true, description: 'Name of the token.' })
  decidedBy?: string | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  decidedAt?: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it was decided so.' })
  decision?: string | null;
}
