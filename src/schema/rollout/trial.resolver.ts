import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Query, Resolver, registerEnumType } from 'type-graphql';
import { modelIn } from '../../domain/permission.js';
import { RolloutMode, RolloutOutcome, RolloutState } from '../../domain/rollout/rollout.js';
import type { RolloutService } from '../../domain/rollout/rollout-service.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { EndRolloutInput, ROLLOUT_OUTCOMES, StartRolloutInput } from './rollout.input.js';
import { ROLLOUT_MODES, ROLLOUT_STATES, RolloutArmType, RolloutType } from './rollout.type.js';

// Copies, since an enum object has one name in the schema.
const TrialMode = { ...RolloutMode };
const TrialOutcome = { ...RolloutOutcome };
const VersionTrialState = { ...RolloutState };
registerEnumType(TrialMode, {
  name: 'TrialMode',
  description: 'The old name of RolloutMode.',
  valuesConfig: ROLLOUT_MODES,
});
registerEnumType(TrialOutcome, {
  name: 'TrialOutcome',
  description: 'The old name of RolloutOutcome.',
  valuesConfig: ROLLOUT_OUTCOMES,
});
registerEnumType(VersionTrialState, {
  name: 'VersionTrialState',
  description: 'The old name of RolloutState.',
  valuesConfig: ROLLOUT_STATES,
});

@ObjectType('TrialArm', { description: 'The old name of RolloutArm.' })
class TrialArmType extends RolloutArmType {}

@ObjectType('VersionTrial', { description: 'The old name of Rollout.' })
class VersionTrialType extends RolloutType {
  @Field(() => TrialMode, { description: "Whether the candidate's answers are used or only compared." })
  declare mode: RolloutMode;

  @Field(() => VersionTrialState, { description: 'State of the rollout.' })
  declare state: RolloutState;

  @Field(() => TrialArmType, { description: 'The version that is tried.' })
  declare candidate: TrialArmType;

  @Field(() => TrialArmType, { description: 'The version that the alias pointed to when it started.' })
  declare present: TrialArmType;
}

@InputType({ description: 'The old name of StartRolloutInput.' })
class StartTrialInput extends StartRolloutInput {
  @Field(() => TrialMode, { description: "Whether the candidate's answers are used or only compared." })
  declare mode: RolloutMode;
}

@InputType({ description: 'The old name of EndRolloutInput.' })
class EndTrialInput extends EndRolloutInput {
  @Field(() => TrialOutcome, { description: 'Whether the alias moves to the candidate or stays.' })
  declare outcome: RolloutOutcome;
}

/** The operations of rollouts under their old names, which the next version removes. */
@Resolver()
export class TrialResolver {
  constructor(private readonly rollouts: RolloutService) {}

  @Query(() => [VersionTrialType], {
    description: 'The old name of `rollouts`.',
    deprecationReason: 'Renamed to `rollouts`.',
  })
  @Needs('VIEWER', modelIn('model'))
  async trials(
    @Arg('model', () => String, { description: 'Name of the model.' }) model: string,
  ): Promise<VersionTrialType[]> {
    return this.rollouts.list(model, { first: 100, after: null });
  }

  @Mutation(() => VersionTrialType, {
    description: 'The old name of `startRollout`.',
    deprecationReason: 'Renamed to `startRollout`.',
  })
  @Needs('MAINTAINER', modelIn('input.model'))
  async startTrial(
    @Arg('input', () => StartTrialInput, {
      description: 'The version, the alias, and the bounds at which the rollout ends.',
    })
    input: StartTrialInput,
    @Ctx() { actor }: Context,
  ): Promise<VersionTrialType> {
    return this.rollouts.start(input, actor);
  }

  @Mutation(() => VersionTrialType, {
    description: 'The old name of `endRollout`.',
    deprecationReason: 'Renamed to `endRollout`.',
  })
  @Needs('MAINTAINER', modelIn('input.model'))
  async endTrial(
    @Arg('input', () => EndTrialInput, { description: 'The rollout, and what becomes of the alias.' })
    input: EndTrialInput,
    @Ctx() { actor }: Context,
  ): Promise<VersionTrialType> {
    return this.rollouts.end(input, actor);
  }
}
