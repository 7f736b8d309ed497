import { Arg, Ctx, InputType, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { modelIn } from '../../domain/permission.js';
import type { RolloutService } from '../../domain/rollout/rollout-service.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { EndRolloutInput, StartRolloutInput } from './rollout.input.js';
import { RolloutType } from './rollout.type.js';

@ObjectType('VersionTrial', { description: 'The old name of Rollout.' })
class VersionTrialType extends RolloutType {}

@InputType({ description: 'The old name of StartRolloutInput.' })
class StartTrialInput extends StartRolloutInput {}

@InputType({ description: 'The old name of EndRolloutInput.' })
class EndTrialInput extends EndRolloutInput {}

/** The operations of rollouts under their old names, which the next version removes. */
@Resolver()
export class TrialResolver {
  constructor(private readonly rollouts: RolloutService) {}

  @Query(() => [VersionTrialType], {
    description: 'The old name of `rollouts`.',
    deprecationReason: 'Renamed to `rollouts`.',
  })
  @Needs('VIEWER', modelIn('model'))
  async trials(@Arg('model', () => String) model: string): Promise<VersionTrialType[]> {
    return this.rollouts.list(model);
  }

  @Mutation(() => VersionTrialType, {
    description: 'The old name of `startRollout`.',
    deprecationReason: 'Renamed to `startRollout`.',
  })
  @Needs('MAINTAINER', modelIn('input.model'))
  async startTrial(
    @Arg('input', () => StartTrialInput) input: StartTrialInput,
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
    @Arg('input', () => EndTrialInput) input: EndTrialInput,
    @Ctx() { actor }: Context,
  ): Promise<VersionTrialType> {
    return this.rollouts.end(input, actor);
  }
}
