import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { refusalOf } from '../../domain/permission.js';
import type { Sweep } from '../../domain/sweep/sweep.js';
import type { SweepImportances } from '../../domain/sweep/sweep-importance.js';
import { type SweepService, sweepDeletionRefusal } from '../../domain/sweep/sweep-service.js';
import { OLD_PAGE, PageArgs, requested } from '../connection.js';
import { type Context, viewerOf } from '../context.js';
import { Needs } from '../permission.js';
import { RunPageInput } from '../run/run-list.input.js';
import { StartSweepInput } from './sweep.input.js';
import { SweepConnectionType, SweepImportanceType, SweepType } from './sweep.type.js';

@Resolver(() => SweepType)
export class SweepResolver {
  constructor(
    private readonly sweeps: SweepService,
    private readonly importances: SweepImportances,
  ) {}

  @FieldResolver(() => SweepImportanceType, {
    description: 'Which of its hyperparameters matter, by its trials so far.',
  })
  async importance(@Root() sweep: Sweep, @Ctx() context: Context): Promise<SweepImportanceType> {
    return this.importances.of(sweep, viewerOf(context));
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Reason why the token of this request may not delete the sweep, whatever its state; null if its role, or having started the sweep, allows it.',
  })
  mayNotDelete(@Root() sweep: Sweep, @Ctx() { caller }: Context): string | null {
    const refusal = refusalOf({ role: 'TRAINER', model: null }, caller) ?? sweepDeletionRefusal(sweep, caller);
    return refusal?.message ?? null;
  }

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
  async sweep(@Arg('id', () => ID, { description: 'Id of the sweep.' }) id: string): Promise<SweepType | null> {
    return this.sweeps.find(id);
  }

  @Mutation(() => SweepType, {
    description:
      'Queues a search over hyperparameters: many trainings of a head on features that are computed only once. When it ends, a run with the recipe of the best trial is queued.',
  })
  @Needs('TRAINER')
  async startSweep(
    @Arg('input', () => StartSweepInput, { description: 'The data, the backbone, and the hyperparameters to search.' })
    input: StartSweepInput,
    @Ctx() { actor }: Context,
  ): Promise<SweepType> {
    return this.sweeps.start(input, actor);
  }

  @Mutation(() => SweepType, { description: 'Cancels a sweep. Trials that have ended keep their results.' })
  @Needs('TRAINER')
  async cancelSweep(
    @Arg('id', () => ID, { description: 'Id of the sweep.' }) id: string,
    @Ctx() { actor }: Context,
  ): Promise<SweepType> {
    return this.sweeps.cancel(id, actor);
  }

  @Mutation(() => ID, {
    description:
      'Deletes a sweep that has ended; delete its run first. Returns its id. A TRAINER deletes what it started, a MAINTAINER any.',
  })
  @Needs('TRAINER')
  async deleteSweep(
    @Arg('id', () => ID, { description: 'Id of the sweep.' }) id: string,
    @Ctx() { caller, actor }: Context,
  ): Promise<string> {
    await this.sweeps.delete(id, { caller, actor });
    return id;
  }
}
