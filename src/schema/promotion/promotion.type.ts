import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { type PromotionRequest, PromotionState } from '../../domain/promotion/promotion.js';
import { GateCheckType } from '../model/gate.type.js';
import { ModelVersionType } from '../model/model.type.js';

registerEnumType(PromotionState, {
  name: 'PromotionState',
  description: 'State of a promotion request.',
  valuesConfig: {
    WAITING: { description: 'It waits for a second person.' },
    APPROVED: { description: 'A second person approved it, and the alias moved.' },
    REJECTED: { description: 'A second person rejected it.' },
  },
});

@ObjectType('PromotionCheck', { description: 'Requirements of a promotion, checked in advance.' })
export class PromotionCheckType {
  @Field(() => Int, {
    nullable: true,
    description: 'Number of the version that the alias points to now; null for none.',
  })
  present!: number | null;

  @Field(() => [GateCheckType], { description: 'Empty for an alias that the gate does not guard.' })
  checks!: readonly GateCheckType[];

  @Field(() => Boolean, { description: 'Whether the gate refuses it unless it is overridden.' })
  needsOverride!: boolean;

  @Field(() => Boolean, { description: 'Whether it needs `requestPromotion` and the approval of a second person.' })
  needsSecondPerson!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Reason why the version is not ready; null if it is. A version that is not ready needs `now`.',
  })
  notReady!: string | null;
}

@ObjectType('PromotionRequest', { description: 'A promotion that needs the approval of a second person.' })
export class PromotionRequestType implements Omit<PromotionRequest, 'version'> {
  @Field(() => ID, { description: 'Id of the request.' })
  id!: string;

  @Field(() => ModelVersionType, { description: 'The version that would be promoted.' })
  version!: ModelVersionType;

  @Field(() => String, { description: 'Alias that would move.' })
  alias!: string;

  @Field(() => PromotionState, { description: 'State of the request.' })
  state!: PromotionState;

  @Field(() => String, { description: 'Reason for the promotion.' })
  reason!: string;

  @Field(() => [GateCheckType], { description: 'Verdicts of the gate at the time of the request.' })
  gate!: readonly GateCheckType[];

  @Field(() => Boolean, { description: 'Whether the promotion overrides the gate.' })
  overrideGate!: boolean;

  @Field(() => Boolean, { description: 'Whether to promote the version even if it is not ready.' })
  now!: boolean;

  @Field(() => String, { description: 'Name of the token that requested it.' })
  requestedBy!: string;

  @Field(() => GraphQLDateTime, { description: 'Time of the request.' })
  createdAt!: Date;

  @Field(() => String, { nullable: true, description: 'Name of the token that decided it.' })
  decidedBy!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time of the decision; null before.' })
  decidedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Comment of the second person.' })
  decision!: string | null;
}
