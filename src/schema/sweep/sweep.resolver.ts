import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { SweepService } from '../../domain/sweep/sweep-service.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { RunPageInput } from '../run/run-list.input.js';
import { StartSweepInput } from './sweep.input.js';
import { SweepPageType, SweepType } from './sweep.type.js';

@Resolver()
export class SweepResolver {
  constructor(private readonly service: SweepService) {}

  @Query(() => SweepPageType)
  @Needs('VIEWER')
  async sweeps(
    @Arg('page', () => RunPageInput, { defaultValue: { first: 50 } }) page: RunPageInput,
  ): Promise<SweepPageType> {
    return this.service.page(page.first, page.after ?? null);
  }

  @Query(() => SweepType, { nullable: true })
  @Needs('VIEWER')
  async sweep(@Arg('id', () => ID) id: string): Promise<SweepType | null> {
    return this.service.find(id);
  }

  @Mutation(() => SweepType, {
    description:
      'Queues many trainings of a head on features that are computed once. When they have ended, a run is queued with the recipe of the best one.',
  })
  @Needs('TRAINER')
  async startSweep(@Arg('input', () => StartSweepInput) input: StartSweepInput): Promise<SweepType> {
    const { base, runs, ...rest } = input;
    return this.service.start({ ...rest, base: { ...base, recipe: { ...base.recipe } }, runs: runs ?? null });
  }

  @Mutation(() => SweepType, { description: 'Stops a sweep; trials that have ended keep what they came to.' })
  @Needs('TRAINER')
  async cancelSweep(@Arg('id', () => ID) id: string): Promise<SweepType> {
    return this.service.cancel(id);
  }

  @Mutation(() => ID, { description: 'Deletes a sweep that has ended and whose run is deleted. Returns its id.' })
  @Needs('MAINTAINER')
  async deleteSweep(@Arg('id', () => ID) id: string, @Ctx() { actor }: Context): Promise<string> {
    await this.service.delete(id, actor);
    return id;
  }
}
