import { Field, Float, InputType, Int, registerEnumType } from 'type-graphql';
import { PRODUCTION } from '../../domain/model/gate.js';
import { Checked, number } from '../checked.js';
import { Reason } from '../reason.field.js';
import { TrialMode } from './rollout.type.js';

@InputType()
export class StartTrialInput {
  @Field(() => String)
  model!: string;

  @Field(() => String, { defaultValue: PRODUCTION })
  alias!: string;

  @Field(() => Int, { description: 'Number of the version to try.' })
  @Checked(number(1))
  version!: number;

  @Field(() => TrialMode)
  mode!: TrialMode;

  @Field(() => Float, { description: 'Of the photos that take part: above 0 to 1 in a SHADOW, to 0.5 in a CANARY.' })
  @Checked(number(0.001, 1))
  share!: number;

  @Field(() => Float, {
    defaultValue: 0.02,
    description: 'It ends when its share of errors exceeds that of the present version by more than this, 0 to 1.',
  })
  @Checked(number(0, 1))
  maxErrorRate!: number;

  @Field(() => Float, {
    defaultValue: 2,
    description: 'It ends when predicting takes more than so many times as long (medians), 1 to 1000.',
  })
  @Checked(number(1, 1000))
  maxSlowdown!: number;

  @Field(() => Boolean, { defaultValue: false, description: 'Begin a CANARY though the gate refuses the version.' })
  overrideGate!: boolean;

  @Reason()
  reason!: string;
}

export enum TrialOutcome {
  PROMOTE = 'PROMOTE',
  ABORT = 'ABORT',
}
registerEnumType(TrialOutcome, {
  name: 'TrialOutcome',
  valuesConfig: {
    PROMOTE: { description: 'The alias moves to the version, through the gate as in any promotion.' },
    ABORT: { description: 'The alias stays where it is.' },
  },
});

@InputType()
export class EndTrialInput {
  @Field(() => String)
  model!: string;

  @Field(() => String, { defaultValue: PRODUCTION })
  alias!: string;

  @Field(() => TrialOutcome)
  outcome!: TrialOutcome;

  @Field(() => Boolean, { defaultValue: false, description: 'Promote it though the gate refuses; kept with the move.' })
  overrideGate!: boolean;

  @Reason()
  reason!: string;
}
