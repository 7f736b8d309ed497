import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Float, Int, Resolver, Root } from 'type-graphql';
import type { VersionLoaders } from '../../domain/model/version-loaders.js';
import { refusalOf } from '../../domain/permission.js';
import type { RunLoaders } from '../../domain/run/run-loaders.js';
import { runDeletionRefusal } from '../../domain/run/run-service.js';
import { epochTable, TableFormat } from '../../domain/run/run-table.js';
import { Checked, number } from '../checked.js';
import type { Context } from '../context.js';
import { ModelVersionType } from '../model/model.type.js';
import { EpochType, RunType } from './run.type.js';
import { LogLineType } from './run-event.type.js';

@ArgsType()
class LogArgs {
  @Field(() => Int, { defaultValue: 0, description: 'Number of the event after which the lines start.' })
  @Checked(number(0))
  after!: number;

  @Field(() => Int, { defaultValue: 100, description: '1 to 1000.' })
  @Checked(number(1, 1000))
  first!: number;
}

/** Fields of a run that are read on request only. */
@Resolver(() => RunType)
export class RunFields {
  constructor(
    private readonly loaders: RunLoaders,
    private readonly versions: VersionLoaders,
  ) {}

  @FieldResolver(() => [RunType], {
    description: 'The chain of runs that led to it, itself included. Each starts from the weights of the previous one.',
  })
  async lineage(@Root() { id }: RunType): Promise<RunType[]> {
    return this.loaders.chain.load(id);
  }

  @FieldResolver(() => [ModelVersionType], {
    description: 'The model versions that were made from it, without archived ones; those that the token may see.',
  })
  async modelVersions(@Root() { id }: RunType, @Ctx() { caller }: Context): Promise<ModelVersionType[]> {
    const versions = await this.versions.ofRun.load(id);
    return versions.filter(({ model }) => caller.model === null || model === caller.model);
  }

  @FieldResolver(() => [EpochType], { description: 'In order.' })
  async epochs(@Root() { id }: RunType): Promise<EpochType[]> {
    return this.loaders.epochs.load(id);
  }

  @FieldResolver(() => String, { description: 'The metrics of all epochs as a table.' })
  async epochTable(
    @Root() { id }: RunType,
    @Arg('format', () => TableFormat, { description: 'Format of the table.' }) format: TableFormat,
  ): Promise<string> {
    return epochTable(format, await this.loaders.epochs.load(id));
  }

  @FieldResolver(() => [Float], { description: 'Validation accuracy by epoch: the learning curve, for lists.' })
  async validationAccuracies(@Root() { id }: RunType): Promise<number[]> {
    return this.loaders.validationAccuracies.load(id);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'Position of a QUEUED run in the queue, from 1; null in other states.',
  })
  async queuePosition(@Root() { id, state }: RunType): Promise<number | null> {
    return state === 'QUEUED' ? this.loaders.queuePosition.load(id) : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Reason why the token of this request may not delete the run, whatever its state; null if its role, or having started the run, allows it.',
  })
  mayNotDelete(@Root() run: RunType, @Ctx() { caller }: Context): string | null {
    const refusal = refusalOf({ role: 'TRAINER', model: null }, caller) ?? runDeletionRefusal(run, caller);
    return refusal?.message ?? null;
  }

  @FieldResolver(() => [LogLineType], { description: 'Lines of the log, in order.' })
  async log(@Root() { id: runId }: RunType, @Args(() => LogArgs) { after, first }: LogArgs): Promise<LogLineType[]> {
    return this.loaders.log.load({ runId, after, first });
  }
}
