import { Arg, Args, ArgsType, Field, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { DatasetVersionService } from '../../domain/dataset/dataset-version-service.js';
import type { ProvenanceService } from '../../domain/run/provenance-service.js';
import { classScores, macroAverage } from '../../training/class-metrics.js';
import { Checked, distinct, list, number, text } from '../checked.js';
import { THUMBNAIL, ThumbnailArgs } from '../dataset/dataset-version.resolver.js';
import { Needs } from '../permission.js';
import { ClassScoresType, MacroAverageType, TestPredictionsType, TestPredictionType } from './provenance.type.js';
import { RunType } from './run.type.js';
import { RunComparisonType } from './run-comparison.type.js';

@ArgsType()
class CompareRunsArgs {
  @Field(() => [ID], { description: '2 to 10 different ones.' })
  @Checked(distinct(list(2, 10)))
  ids!: string[];
}

@ArgsType()
class RunMistakesArgs {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, { defaultValue: 50, description: '1 to 200.' })
  @Checked(number(1, 200))
  first!: number;

  @Field(() => String, { nullable: true })
  @Checked(text(1, 512))
  trueClass?: string | null;

  @Field(() => String, { nullable: true })
  @Checked(text(1, 512))
  predictedClass?: string | null;
}

/** What a run tells of itself besides its row, and runs beside each other. */
@Resolver(() => RunType)
export class ProvenanceResolver {
  constructor(private readonly records: ProvenanceService) {}

  @FieldResolver(() => [ClassScoresType], { nullable: true, description: 'By class, from the confusion matrix.' })
  perClass(@Root() { confusion }: RunType): ClassScoresType[] | null {
    if (!confusion) return null;
    return classScores(confusion.counts).map((scores, c) => ({ label: confusion.labels[c] as string, ...scores }));
  }

  @FieldResolver(() => MacroAverageType, { nullable: true })
  macroAverage(@Root() { confusion }: RunType): MacroAverageType | null {
    return confusion ? macroAverage(classScores(confusion.counts)) : null;
  }

  @Query(() => TestPredictionsType, {
    nullable: true,
    description:
      'Test images that a run got wrong, or, with both classes, those of one cell of its confusion matrix, also on the diagonal. Null when the run keeps no predictions.',
  })
  @Needs('VIEWER')
  async runMistakes(@Args(() => RunMistakesArgs) args: RunMistakesArgs): Promise<TestPredictionsType | null> {
    return this.records.mistakes(args.id, args);
  }

  @Query(() => RunComparisonType)
  @Needs('VIEWER')
  async compareRuns(@Args(() => CompareRunsArgs) { ids }: CompareRunsArgs): Promise<RunComparisonType> {
    return this.records.compare(ids);
  }

  @Mutation(() => RunType, {
    description:
      'Queues a run with the recipe, data, backbone and parent of one that succeeded. When it has ended, its `reproduction` says whether it came to the same.',
  })
  @Needs('TRAINER')
  async reproduceRun(@Arg('id', () => ID) id: string): Promise<RunType> {
    return this.records.reproduce(id);
  }
}

@Resolver(() => TestPredictionType)
export class TestPredictionResolver {
  constructor(private readonly versions: DatasetVersionService) {}

  @FieldResolver(() => String, { description: THUMBNAIL })
  async thumbnail(
    @Root() { versionId, image }: TestPredictionType,
    @Args(() => ThumbnailArgs) { side }: ThumbnailArgs,
  ): Promise<string> {
    return this.versions.thumbnail(versionId, image, side);
  }
}
