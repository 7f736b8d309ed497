import { Field, Float, InputType, Int, registerEnumType } from 'type-graphql';
import { PRODUCTION } from '../../domain/model/gate.js';
import { type RolloutEnd, RolloutMode, RolloutOutcome, type RolloutStart } from '../../domain/rollout/rollout.js';
import { Checked, number } from '../checked.js';
import { Reason } from '../reason.field.js';

@InputType({ description: 'The version to try, the alias whose traffic it gets, and when to end by itself.' })
export class StartRolloutInput implements RolloutStart {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => String, { defaultValue: PRODUCTION, description: 'Alias that the rollout is about.' })
  alias!: string;

  @Field(() => Int, { description: 'Number of the version to try.' })
  @Checked(number(1))
  version!: number;

  @Field(() => RolloutMode, { description: "Whether the candidate's answers are used or only compared." })
  mode!: RolloutMode;

  @Field(() => Float, {
    description: 'Share of the photos that take part: above 0, up to 1 in a SHADOW and up to 0.5 in a CANARY.',
  })
  @Checked(number(0.001, 1))
  share!: number;

  @Field(() => Float, {
    defaultValue: 0.02,
    description:
      'It ends when the error rate of the version exceeds that of the present one by more than this, 0 to 1.',
  })
  @Checked(number(0, 1))
  maxErrorRate!: number;

  @Field(() => Float, {
    defaultValue: 2,
    description: 'It ends when the version takes more than this many times as long to predict (medians), 1 to 1000.',
  })
  @Checked(number(1, 1000))
  maxSlowdown!: number;

  @Field(() => Float, {
    defaultValue: 0.05,
    description:
      'Probability that its evidence ever calls a version better or worse that is as accurate, 0.001 to 0.5.',
  })
  @Checked(number(0.001, 0.5))
  verdictErrorRate!: number;

  @Field(() => Boolean, { defaultValue: false, description: 'Start a CANARY although the gate refuses the version.' })
  overrideGate!: boolean;

  @Reason()
  reason!: string;
}

/** The values of RolloutOutcome, also under its old name. */
export const ROLLOUT_OUTCOMES = {
  PROMOTE: { description: 'The alias moves to the version. The gate applies as in any promotion.' },
  ABORT: { description: 'The alias stays where it is.' },
};

registerEnumType(RolloutOutcome, {
  name: 'RolloutOutcome',
  description: 'Outcome of a rollout.',
  valuesConfig: ROLLOUT_OUTCOMES,
});

@InputType({ description: 'The rollout to end, named by model and alias, and its outcome.' })
export class EndRolloutInput implements RolloutEnd {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => String, { defaultValue: PRODUCTION, description: 'Alias that the rollout is about.' })
  alias!: string;

  @Field(() => RolloutOutcome, { description: 'Whether the alias moves to the candidate or stays.' })
  outcome!: RolloutOutcome;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Promote the version although the gate refuses. The move records it.',
  })
  overrideGate!: boolean;

  @Reason()
  reason!: string;
}
