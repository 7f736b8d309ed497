import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { SweepService } from '../../domain/sweep/sweep-service.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { RunPageInput } from '../run/run-list.input.js';
import { StartSweepInput } from './sweep.input.js';
import { SweepPageType, SweepType } from './sweep.type.js';

@Resolver()
export class SweepResolver {
  constructor(private readonly sweeps: SweepService) {}

  @Query(() => SweepPageType, { name: 'sweeps', description: 'Sweeps page by page, newest first.' })
  @Needs('VIEWER')
  async pageOfSweeps(
    @Arg('page', () => RunPageInput, { defaultValue: { first: 50 } }) page: RunPageInput,
  ): Promise<SweepPageType> {
    return this.sweeps.page(page.first, page.after ?? null);
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
