import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Float, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { EmbeddingService } from '../../domain/run/embedding-service.js';
import type { EvaluationService } from '../../domain/run/evaluation-service.js';
import { Checked, number } from '../checked.js';
import { type Context, viewerOf } from '../context.js';
import { Needs } from '../permission.js';
import { RunEmbeddingType } from './embedding.type.js';
import {
  ClassCurvesType,
  EvaluationCurvesType,
  EvaluationSliceType,
  RunEvaluationType,
  SavedSliceResultType,
} from './evaluation.type.js';

@ArgsType()
class RunEvaluationArgs {
  @Field(() => ID, { description: 'Id of the run.' })
  id!: string;

  @Field(() => Float, {
    defaultValue: 1,
    description: "Divisor of the logits, 0.05 to 20; that of a model version's calibration shows it as it answers.",
  })
  @Checked(number(0.05, 20))
  temperature!: number;
}

@ArgsType()
class FirstArgs {
  @Field(() => Int, { defaultValue: 50, description: '1 to 200.' })
  @Checked(number(1, 200))
  first!: number;
}

@Resolver(() => EvaluationCurvesType)
export class EvaluationResolver {
  constructor(
    private readonly evaluations: EvaluationService,
    private readonly embeddings: EmbeddingService,
  ) {}

  @Query(() => RunEmbeddingType, {
    nullable: true,
    description: 'A map of the test images of a run, from cached features. Null when the run has no predictions.',
  })
  @Needs('VIEWER')
  async runEmbedding(
    @Arg('id', () => ID, { description: 'Id of the run.' }) id: string,
    @Ctx() context: Context,
  ): Promise<RunEmbeddingType | null> {
    return this.embeddings.of(id, viewerOf(context));
  }

  @Query(() => RunEvaluationType, {
    nullable: true,
    description:
      'ROC and precision-recall curves of every class, and the calibration, on the test images. Null when the run has no predictions.',
  })
  @Needs('VIEWER')
  async runEvaluation(
    @Args(() => RunEvaluationArgs) { id, temperature }: RunEvaluationArgs,
    @Ctx() context: Context,
  ): Promise<RunEvaluationType | null> {
    return this.evaluations.of(id, temperature, viewerOf(context));
  }

  @FieldResolver(() => [ClassCurvesType], { description: 'Lowest average precision first.' })
  classes(
    @Root() { classes }: EvaluationCurvesType,
    @Args(() => FirstArgs) { first }: FirstArgs,
  ): readonly ClassCurvesType[] {
    return classes.slice(0, first);
  }
}

@Resolver(() => RunEvaluationType)
export class EvaluationSliceResolver {
  @FieldResolver(() => [EvaluationSliceType], {
    nullable: true,
    description:
      'Accuracy by class, size, brightness, source and columns of the table of labels of the test images, and of those that look like others; the slices that deviate most from the other images first. Null when the images of the dataset version cannot be listed, because files are lost or damaged.',
  })
  async slices(
    @Root() { slices }: RunEvaluationType,
    @Args(() => FirstArgs) { first }: FirstArgs,
    @Ctx() context: Context,
  ): Promise<readonly EvaluationSliceType[] | null> {
    return (await slices(viewerOf(context)))?.slice(0, first) ?? null;
  }

  @FieldResolver(() => [SavedSliceResultType], {
    nullable: true,
    description: 'Accuracy on the slices that are saved for the dataset, by name. Null as with `slices`.',
  })
  async savedSlices(
    @Root() { savedSlices }: RunEvaluationType,
    @Ctx() context: Context,
  ): Promise<readonly SavedSliceResultType[] | null> {
    return savedSlices(viewerOf(context));
  }
}
