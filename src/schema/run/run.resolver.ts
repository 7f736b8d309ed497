import { Arg, ID, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { Context } from '../context.js';
import { RunPageInput, StartFineTuneRunInput, StartTransferRunInput } from './run.input.js';
import type { RunService } from './run.service.js';
import { RunPage, RunProgressType, RunType } from './run.type.js';

@Resolver()
export class RunResolver {
  constructor(private readonly runs: RunService) {}

  @Query(() => RunPage, { name: 'runs' })
  async pageOfRuns(
    @Arg('page', () => RunPageInput, { defaultValue: { first: 50 } }) page: RunPageInput,
  ): Promise<RunPage> {
    return this.runs.page(page.first, page.after ?? null);
  }

  @Query(() => RunType, { nullable: true })
  async run(@Arg('id', () => ID) id: string): Promise<RunType | null> {
    return this.runs.find(id);
  }

  @Mutation(() => RunType, { description: 'Queues a run that trains a head on a frozen backbone.' })
  async startTransferRun(@Arg('input', () => StartTransferRunInput) input: StartTransferRunInput): Promise<RunType> {
    const { datasetVersionId, backbone, preset, recipe } = input;
    return this.runs.startTransfer({ datasetVersionId, backbone, preset, recipe: { ...recipe } });
  }

  @Mutation(() => RunType, {
    description: 'Queues a run that goes on from another one, with all behind a layer of the backbone trained too.',
  })
  async startFineTuneRun(@Arg('input', () => StartFineTuneRunInput) input: StartFineTuneRunInput): Promise<RunType> {
    const { parentRunId, fineTuneFrom, ...recipe } = input;
    return this.runs.startFineTune(parentRunId, { ...recipe, splitLayer: fineTuneFrom });
  }

  @Mutation(() => RunType, { description: 'Stops a run that waits or is under way, at the next batch.' })
  async cancelRun(@Arg('id', () => ID) id: string): Promise<RunType> {
    return this.runs.cancel(id);
  }

  @Subscription(() => RunProgressType, {
    description: 'Begins with the present state; ends behind a final one.',
    subscribe: ({ context, args }) => (context as Context).runs.progress(args.id as string),
  })
  runProgress(@Root() progress: RunProgressType, @Arg('id', () => ID) _id: string): RunProgressType {
    return progress;
  }
}
