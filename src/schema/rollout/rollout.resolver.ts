import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { TrialService } from '../../domain/rollout/rollout-service.js';
import type { Context } from '../context.js';
import { modelIn, Needs } from '../permission.js';
import { EndTrialInput, StartTrialInput } from './rollout.input.js';
import { VersionTrialType } from './rollout.type.js';

@Resolver()
export class TrialResolver {
  constructor(private readonly trials: TrialService) {}

  @Query(() => [VersionTrialType], {
    name: 'trials',
    description: 'Versions that were tried, newest first, the last hundred.',
  })
  @Needs('VIEWER', modelIn('model'))
  async allTrials(@Arg('model', () => String) model: string): Promise<VersionTrialType[]> {
    return this.trials.list(model);
  }

  @Mutation(() => VersionTrialType, {
    description:
      'Tries a version on what is asked of an alias. It ends by `endTrial`, when the alias moves, or by itself at a bound.',
  })
  @Needs('MAINTAINER', modelIn('input.model'))
  async startTrial(
    @Arg('input', () => StartTrialInput) input: StartTrialInput,
    @Ctx() { actor }: Context,
  ): Promise<VersionTrialType> {
    return this.trials.start(input, actor);
  }

  @Mutation(() => VersionTrialType)
  @Needs('MAINTAINER', modelIn('input.model'))
  async endTrial(
    @Arg('input', () => EndTrialInput) input: EndTrialInput,
    @Ctx() { actor }: Context,
  ): Promise<VersionTrialType> {
    return this.trials.end(input, actor);
  }
}
