import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { SweepService } from '../../domain/sweep/sweep-service.js';
import { OLD_PAGE, PageArgs, requested } from '../connection.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { RunPageInput } from '../run/run-list.input.js';
import { StartSweepInput } from './sweep.input.js';
import { SweepConnectionType, SweepType } from './sweep.type.js';

@Resolver()
export class SweepResolver {
  constructor(private readonly sweeps: SweepService) {}

  @Query(() => SweepConnectionType, { name: 'sweeps', description: 'Sweeps page by page, newest first.' })
  @Needs('VIEWER')
  async pageOfSweeps(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('page', () => RunPageInput, { nullable: true, ...OLD_PAGE.argument }) page?: RunPageInput | null,
  ): Promise<SweepConnectionType> {
    return new SweepConnectionType(await this.sweeps.page(requested(args, page)));
  }

  @Query(() => SweepType, { nullable: true, description: 'A sweep by id; null if it does not exist.' })
  @Needs('VIEWER')
  async sweep(@Arg('id', () => ID) id: string): Promise<SweepType | null> {
    return this.sweeps.find(id);
  }

  @Mutation(() => SweepType, {
    description:
      'Queues a search over hyperparameters: many trainings of a head on features that are computed only once. When it ends, a run with the recipe of the best trial is queued.',
  })
  @Needs('TRAINER')
  async startSweep(
    @Arg('input', () => StartSweepInput) input: StartSweepInput,
    @Ctx() { actor }: Context,
  ): Promise<SweepType> {
    return this.sweeps.start(input, actor);
  }

  @Mutation(() => SweepType, { description: 'Cancels a sweep. Trials that have ended keep their results.' })
  @Needs('TRAINER')
  async cancelSweep(@Arg('id', () => ID) id: string, @Ctx() { actor }: Context): Promise<SweepType> {
    return this.sweeps.cancel(id, actor);
  }

  @Mutation(() => ID, { description: 'Deletes a sweep that has ended; delete its run first. Returns its id.' })
  @Needs('MAINTAINER')
  async deleteSweep(@Arg('id', () => ID) id: string, @Ctx() { actor }: Context): Promise<string> {
    await this.sweeps.delete(id, actor);
    return id;
  }
}
