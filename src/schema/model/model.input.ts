import { ArgsType, Field, Float, ID, InputType } from 'type-graphql';
import { GateMetric, type GateRule, GateRuleKind } from '../../domain/model/gate.js';
import { NAME_RULE } from '../../domain/names.js';
import { Checked, list, NAME, number, text } from '../checked.js';
import { Reason } from '../reason.field.js';

@InputType({ description: 'The run to register, and the model that gets the version.' })
export class RegisterModelVersionInput {
  @Field(() => ID, { description: 'A run that has succeeded.' })
  runId!: string;

  @Field(() => String, { description: `The model; created if it does not exist. ${NAME_RULE}` })
  @Checked(NAME)
  model!: string;
}

@InputType({ description: 'A rule for the gate of a model.' })
export class GateRuleInput implements GateRule {
  @Field(() => GateRuleKind, { description: 'Kind of requirement.' })
  kind!: GateRuleKind;

  @Field(() => GateMetric, {
    defaultValue: GateMetric.TEST_ACCURACY,
    description: 'The metric of NOT_WORSE and THRESHOLD.',
  })
  metric!: GateMetric;

  @Field(() => Float, {
    defaultValue: 0,
    description:
      'Margin of NOT_WORSE, CLASS_NOT_WORSE and SLICE_NOT_WORSE, threshold of THRESHOLD, CLASS_THRESHOLD and SLICE_THRESHOLD, at least 0: a share up to 1, or nats.',
  })
  @Checked(number(0))
  limit!: number;

  @Field(() => String, {
    nullable: true,
    defaultValue: null,
    description: 'The saved slice of SLICE_NOT_WORSE and SLICE_THRESHOLD, as `dataset/slice`; null for other rules.',
  })
  @Checked(text(1, 129))
  slice!: string | null;
}

@ArgsType()
export class SetGateArgs {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => [GateRuleInput], {
    nullable: true,
    description: 'The new rules, in place of the present ones; null for the default rules.',
  })
  @Checked(list(0, 20))
  rules?: GateRuleInput[] | null;

  @Reason()
  reason!: string;
}

@ArgsType()
export class SetApprovalArgs {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => Boolean, { description: 'Whether a promotion to `production` needs the approval of a second person.' })
  secondPerson!: boolean;

  @Reason()
  reason!: string;
}
