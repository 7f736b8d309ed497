import { Arg, Args, Ctx, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { PipelineService } from '../../domain/run/pipeline-service.js';
import type { RunGroups } from '../../domain/run/run-groups.js';
import { NEWEST_FIRST, RunGrouping, type RunList } from '../../domain/run/run-list.js';
import type { RunService } from '../../domain/run/run-service.js';
import { runTable, TableFormat } from '../../domain/run/run-table.js';
import { OLD_PAGE, PageArgs, requested } from '../connection.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { StartFineTuneRunInput, StartPipelineInput, StartTransferRunInput, toFineTuneRequest } from './run.input.js';
import { RunType } from './run.type.js';
import { RunEventType } from './run-event.type.js';
import { CloneRunInput, TagRunArgs, UpdateRunInput } from './run-life.input.js';
import { RunFilterInput, RunPageInput, RunSortInput, RunTablePartInput } from './run-list.input.js';
import { RunConnectionType, RunGroupConnectionType, RunTablePartType } from './run-list.type.js';

@Resolver()
export class RunResolver {
  constructor(
    private readonly runs: RunService,
    private readonly pipelines: PipelineService,
    private readonly list: RunList,
    private readonly groups: RunGroups,
  ) {}

  @Query(() => RunConnectionType, { name: 'runs', description: 'Runs page by page, newest first by default.' })
  @Needs('VIEWER')
  async pageOfRuns(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('filter', () => RunFilterInput, { nullable: true, description: 'Conditions that all must hold.' })
    filter?: RunFilterInput | null,
    @Arg('sort', () => RunSortInput, { nullable: true, description: 'Order of the list; newest first by default.' })
    sort?: RunSortInput | null,
    @Arg('page', () => RunPageInput, { nullable: true, ...OLD_PAGE.argument }) page?: RunPageInput | null,
  ): Promise<RunConnectionType> {
    return new RunConnectionType(await this.list.page(requested(args, page), filter ?? {}, sort ?? NEWEST_FIRST));
  }

  @Query(() => RunGroupConnectionType, { description: 'Groups of runs, the one with the newest run first.' })
  @Needs('VIEWER')
  async runGroups(
    @Arg('by', () => RunGrouping, { description: 'What the runs of a group have in common.' }) by: RunGrouping,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => RunFilterInput, { nullable: true, description: 'Conditions that all must hold.' })
    filter?: RunFilterInput | null,
  ): Promise<RunGroupConnectionType> {
    return new RunGroupConnectionType(await this.groups.page(by, filter ?? {}, requested(page)));
  }

  @Query(() => RunTablePartType, {
    description: 'The runs of a list as a table, part by part, newest first by default.',
  })
  @Needs('VIEWER')
  async runTable(
    @Arg('format', () => TableFormat, { description: 'Format of the table.' }) format: TableFormat,
    @Arg('page', () => RunTablePartInput, { defaultValue: { first: 1000 }, description: 'Part of the list to read.' })
    page: RunTablePartInput,
    @Arg('filter', () => RunFilterInput, { nullable: true, description: 'Conditions that all must hold.' })
    filter?: RunFilterInput | null,
    @Arg('sort', () => RunSortInput, { nullable: true, description: 'Order of the list; newest first by default.' })
    sort?: RunSortInput | null,
  ): Promise<RunTablePartType> {
    const part = { first: page.first, after: page.after ?? null, filter: filter ?? {}, sort: sort ?? NEWEST_FIRST };
    return runTable(this.list, format, part);
  }

  @Query(() => RunType, { nullable: true, description: 'A run by id; null if it does not exist.' })
  @Needs('VIEWER')
  async run(@Arg('id', () => ID, { description: 'Id of the run.' }) id: string): Promise<RunType | null> {
    return this.runs.find(id);
  }

  @Mutation(() => RunType, { description: 'Queues a run that trains a head on a frozen backbone.' })
  @Needs('TRAINER')
  async startTransferRun(
    @Arg('input', () => StartTransferRunInput, { description: 'The data, the backbone and the settings.' })
    input: StartTransferRunInput,
    @Ctx() { actor }: Context,
  ): Promise<RunType> {
    return this.runs.startTransfer(input, actor);
  }

  @Mutation(() => RunType, {
    description: 'Queues a run that starts from the weights of another one and trains part of the backbone too.',
  })
  @Needs('TRAINER')
  async startFineTuneRun(
    @Arg('input', () => StartFineTuneRunInput, { description: 'The run to continue from, and the settings.' })
    input: StartFineTuneRunInput,
    @Ctx() { actor }: Context,
  ): Promise<RunType> {
    return this.runs.startFineTune(toFineTuneRequest(input), actor);
  }

  @Mutation(() => [RunType], {
    description:
      'Queues all runs of a pipeline, and returns them in order. Each run after the first waits for the weights of the run before it. If that run fails or is cancelled, the later ones are cancelled with the code STAGE_SKIPPED; resuming it queues them again.',
  })
  @Needs('TRAINER')
  async startPipeline(
    @Arg('input', () => StartPipelineInput, { description: 'The data, the backbone and the pipeline.' })
    input: StartPipelineInput,
    @Ctx() { actor }: Context,
  ): Promise<RunType[]> {
    return this.pipelines.start(input, actor);
  }

  @Mutation(() => RunType, {
    description: 'Queues a run with the kind, data, backbone and parent of another one, and a changed recipe.',
  })
  @Needs('TRAINER')
  async cloneRun(
    @Arg('input', () => CloneRunInput, { description: 'The run to copy, and settings that differ.' }) {
      fineTuneFrom,
      ...request
    }: CloneRunInput,
    @Ctx() { actor }: Context,
  ): Promise<RunType> {
    return this.runs.clone({ ...request, firstTrainedLayer: fineTuneFrom }, actor);
  }

  @Mutation(() => RunType, { description: 'Cancels a queued run, or a running one at its next batch.' })
  @Needs('TRAINER')
  async cancelRun(
    @Arg('id', () => ID, { description: 'Id of the run.' }) id: string,
    @Ctx() { actor }: Context,
  ): Promise<RunType> {
    return this.runs.cancel(id, actor);
  }

  @Mutation(() => RunType, {
    description: 'Queues a failed or cancelled run again; it resumes from its last checkpoint.',
  })
  @Needs('TRAINER')
  async resumeRun(
    @Arg('id', () => ID, { description: 'Id of the run.' }) id: string,
    @Ctx() { actor }: Context,
  ): Promise<RunType> {
    return this.runs.resume(id, actor);
  }

  @Mutation(() => RunType, { description: 'Moves a queued run before another one, or to the end of the queue.' })
  @Needs('TRAINER')
  async moveRun(
    @Arg('id', () => ID, { description: 'Id of the run.' }) id: string,
    @Arg('before', () => ID, {
      nullable: true,
      description: 'Id of the queued run before which it is placed; last in the queue by default.',
    })
    before?: string | null,
  ): Promise<RunType> {
    return this.runs.move(id, before ?? null);
  }

  @Mutation(() => ID, {
    description:
      'Deletes a run that has ended and is not referred to, with its blobs. Returns its id. A TRAINER deletes what it started, a MAINTAINER any.',
  })
  @Needs('TRAINER')
  async deleteRun(
    @Arg('id', () => ID, { description: 'Id of the run.' }) id: string,
    @Ctx() { caller, actor }: Context,
  ): Promise<string> {
    await this.runs.delete(id, { caller, actor });
    return id;
  }

  @Mutation(() => RunType, { description: "Replaces a run's tags." })
  @Needs('TRAINER')
  async tagRun(@Args(() => TagRunArgs) { id, tags }: TagRunArgs, @Ctx() { actor }: Context): Promise<RunType> {
    return this.runs.tag(id, tags, actor);
  }

  @Mutation(() => RunType, { description: 'Changes the name or the note of a run. Fields that are left out stay.' })
  @Needs('TRAINER')
  async updateRun(
    @Arg('input', () => UpdateRunInput, { description: 'The run, and its new name or note.' }) {
      id,
      name,
      note,
    }: UpdateRunInput,
    @Ctx() { actor }: Context,
  ): Promise<RunType> {
    return this.runs.label(id, { name, note }, actor);
  }

  @Subscription(() => RunEventType, {
    description:
      'Events of a run after the given number, then live events until the run ends. To resume, pass the last number you received.',
    subscribe: ({ context, args }) => (context as Context).runs.follow(args.id as string, args.after as number),
  })
  @Needs('VIEWER')
  runEvents(
    @Root() event: RunEventType,
    @Arg('id', () => ID, { description: 'Id of the run.' }) _id: string,
    @Arg('after', () => Int, { defaultValue: 0, description: 'Number of the last event that you received; 0 for all.' })
    _after: number,
  ): RunEventType {
    return event;
  }
}
