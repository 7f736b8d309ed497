import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { modelIn } from '../../domain/permission.js';
import type { Rollout } from '../../domain/rollout/rollout.js';
import type { RolloutEvidence } from '../../domain/rollout/rollout-evidence.js';
import type { RolloutEvidenceService } from '../../domain/rollout/rollout-evidence-service.js';
import type { RolloutService } from '../../domain/rollout/rollout-service.js';
import { ListArgs, requested } from '../connection.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { EndRolloutInput, StartRolloutInput } from './rollout.input.js';
import { RolloutType } from './rollout.type.js';
import { RolloutEvidenceType } from './rollout-evidence.type.js';

@Resolver(() => RolloutType)
export class RolloutResolver {
  constructor(
    private readonly rollouts: RolloutService,
    private readonly evidences: RolloutEvidenceService,
  ) {}

  @FieldResolver(() => RolloutEvidenceType, {
    description: 'What judged photos say of the accuracies of the two versions.',
  })
  async evidence(@Root() rollout: Rollout): Promise<RolloutEvidence> {
    return this.evidences.of(rollout);
  }

  @Query(() => [RolloutType], { name: 'rollouts', description: 'Rollouts of a model, newest first.' })
  @Needs('VIEWER', modelIn('model'))
  async allRollouts(
    @Arg('model', () => String, { description: 'Name of the model.' }) model: string,
    @Args(() => ListArgs) page: ListArgs,
  ): Promise<RolloutType[]> {
    return this.rollouts.list(model, requested(page));
  }

  @Mutation(() => RolloutType, {
    description:
      'Starts a rollout: tries a version on the traffic of an alias. It ends by request, when the alias moves, or by itself at a bound.',
  })
  @Needs('MAINTAINER', modelIn('input.model'))
  async startRollout(
    @Arg('input', () => StartRolloutInput, {
      description: 'The version, the alias, and the bounds at which the rollout ends.',
    })
    input: StartRolloutInput,
    @Ctx() { actor }: Context,
  ): Promise<RolloutType> {
    return this.rollouts.start(input, actor);
  }

  @Mutation(() => RolloutType, {
    description: 'Ends a rollout. The alias stays where it is unless the version is promoted.',
  })
  @Needs('MAINTAINER', modelIn('input.model'))
  async endRollout(
    @Arg('input', () => EndRolloutInput, { description: 'The rollout, and what becomes of the alias.' })
    input: EndRolloutInput,
    @Ctx() { actor }: Context,
  ): Promise<RolloutType> {
    return this.rollouts.end(input, actor);
  }
}
