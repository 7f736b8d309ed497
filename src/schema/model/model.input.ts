import { ArgsType, Field, Float, ID, InputType } from 'type-graphql';
import { GateMetric, GateRuleKind } from '../../domain/model/gate.js';
import { NAME_RULE } from '../../domain/names.js';
import { Checked, list, NAME, number } from '../checked.js';
import { Reason } from '../reason.field.js';

@InputType()
export class RegisterModelVersionInput {
  @Field(() => ID, { description: 'A run that succeeded.' })
  runId!: string;

  @Field(() => String, { description: `The model; made when there is none of this name. ${NAME_RULE}` })
  @Checked(NAME)
  model!: string;
}

@InputType()
export class GateRuleInput {
  @Field(() => GateRuleKind)
  kind!: GateRuleKind;

  @Field(() => GateMetric, { defaultValue: GateMetric.TEST_ACCURACY, description: 'Of NOT_WORSE and THRESHOLD.' })
  metric!: GateMetric;

  @Field(() => Float, {
    defaultValue: 0,
    description: 'Margin of NOT_WORSE, threshold of THRESHOLD, from 0: a share up to 1, or nats.',
  })
  @Checked(number(0))
  limit!: number;
}

@ArgsType()
export class SetGateArgs {
  @Field(() => String)
  model!: string;

  @Field(() => [GateRuleInput], { nullable: true, description: 'In place of those that it has; null for the usual.' })
  @Checked(list(0, 20))
  rules?: GateRuleInput[] | null;

  @Reason()
  reason!: string;
}

@ArgsType()
export class SetApprovalArgs {
  @Field(() => String)
  model!: string;

  @Field(() => Boolean)
  secondPerson!: boolean;

  @Reason()
  reason!: string;
}
