import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Extensions,
  Field,
  FieldResolver,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { DatasetVersionService } from '../../domain/dataset/dataset-version-service.js';
import type { MistakeFilter } from '../../domain/run/provenance.js';
import type { ProvenanceService } from '../../domain/run/provenance-service.js';
import { classScores, macroAverage } from '../../training/class-metrics.js';
import { Checked, distinct, list, number, text } from '../checked.js';
import { type Context, viewerOf } from '../context.js';
import { ofThumbnail, THUMBNAIL, ThumbnailArgs } from '../dataset/dataset-version.resolver.js';
import { Needs } from '../permission.js';
import { PICTURE } from '../picture.js';
import { ClassScoresType, MacroAverageType, TestPredictionsType, TestPredictionType } from './provenance.type.js';
import { RunType } from './run.type.js';
import { RunComparisonType } from './run-comparison.type.js';

@ArgsType()
class CompareRunsArgs {
  @Field(() => [ID], { description: '2 to 10 different ids.' })
  @Checked(distinct(list(2, 10)))
  ids!: string[];
}

@ArgsType()
class RunMistakesArgs implements MistakeFilter {
  @Field(() => ID, { description: 'Id of the run.' })
  id!: string;

  @Field(() => Int, { defaultValue: 50, description: '1 to 200.' })
  @Checked(number(1, 200))
  first!: number;

  @Field(() => String, { nullable: true, description: 'Only images of this class.' })
  @Checked(text(1, 512))
  trueClass?: string | null;

  @Field(() => String, { nullable: true, description: 'Only images predicted as this class.' })
  @Checked(text(1, 512))
  predictedClass?: string | null;
}

/** Scores, mistakes, comparisons and reproductions of runs. */
@Resolver(() => RunType)
export class ProvenanceResolver {
  constructor(private readonly provenance: ProvenanceService) {}

  @FieldResolver(() => [ClassScoresType], {
    nullable: true,
    description: 'Scores by class, from the confusion matrix.',
  })
  perClass(@Root() { confusion }: RunType): ClassScoresType[] | null {
    if (!confusion) return null;
    return classScores(confusion.counts).map((scores, c) => ({ label: confusion.labels[c] as string, ...scores }));
  }

  @FieldResolver(() => MacroAverageType, {
    nullable: true,
    description: 'Means over the classes of the test images; null until the run has succeeded.',
  })
  macroAverage(@Root() { confusion }: RunType): MacroAverageType | null {
    return confusion ? macroAverage(classScores(confusion.counts)) : null;
  }

  @Query(() => TestPredictionsType, {
    nullable: true,
    description:
      'Test images that a run predicted wrong. With both classes: one cell of the confusion matrix, on the diagonal too. Null when the run has no predictions.',
  })
  @Needs('VIEWER')
  async runMistakes(@Args(() => RunMistakesArgs) args: RunMistakesArgs): Promise<TestPredictionsType | null> {
    return this.provenance.mistakes(args.id, args);
  }

  @Query(() => RunComparisonType, { description: 'Compares recipes, metrics, data and engines of several runs.' })
  @Needs('VIEWER')
  async compareRuns(@Args(() => CompareRunsArgs) { ids }: CompareRunsArgs): Promise<RunComparisonType> {
    return this.provenance.compare(ids);
  }

  @Mutation(() => RunType, {
    description:
      'Queues a run with the recipe, data, backbone and parent of a run that has succeeded. When it ends, `reproduction` compares the two.',
  })
  @Needs('TRAINER')
  async reproduceRun(
    @Arg('id', () => ID, { description: 'Id of the run.' }) id: string,
    @Ctx() { actor }: Context,
  ): Promise<RunType> {
    return this.provenance.reproduce(id, actor);
  }
}

@Resolver(() => TestPredictionType)
export class TestPredictionResolver {
  constructor(private readonly versions: DatasetVersionService) {}

  @FieldResolver(() => String, { description: THUMBNAIL })
  @Extensions({ [PICTURE]: ofThumbnail })
  async thumbnail(
    @Root() { versionId, image }: TestPredictionType,
    @Args(() => ThumbnailArgs) { side }: ThumbnailArgs,
    @Ctx() context: Context,
  ): Promise<string> {
    return this.versions.thumbnail(versionId, image, side, viewerOf(context));
  }
}
