import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { PredictionService } from '../../domain/prediction/prediction-service.js';
import type { Context } from '../context.js';
import { THUMBNAIL, ThumbnailArgs } from '../dataset/dataset-version.resolver.js';
import { ModelType } from '../model/model.type.js';
import { modelIn, NARROWED, Needs } from '../permission.js';
import { FeedbackArgs, PredictionFilter, PredictionPageInput, SetPredictionLogArgs } from './prediction.input.js';
import { PredictionLogType, PredictionPage, PredictionType, VersionTrafficType } from './prediction.type.js';

@Resolver(() => PredictionType)
export class PredictionResolver {
  constructor(private readonly predictions: PredictionService) {}

  @Query(() => PredictionPage, { name: 'predictions', description: 'Answers that were kept, newest first.' })
  @Needs('TRAINER', modelIn('filter.model'))
  async allPredictions(
    @Arg('filter', () => PredictionFilter) filter: PredictionFilter,
    @Arg('page', () => PredictionPageInput, { defaultValue: { first: 50 } }) { first, after }: PredictionPageInput,
  ): Promise<PredictionPage> {
    return this.predictions.page(filter, first, after ?? null);
  }

  @Query(() => [VersionTrafficType], {
    description: 'What each version of a model was asked, as far as it was kept: accuracy on feedback, drift.',
  })
  @Needs('VIEWER', modelIn('model'))
  async traffic(
    @Arg('model', () => String) model: string,
    @Arg('since', () => GraphQLDateTimeISO, { nullable: true }) since?: Date | null,
  ): Promise<VersionTrafficType[]> {
    return this.predictions.traffic(model, since ?? null);
  }

  @Mutation(() => PredictionType, { description: 'Says what a photo shows. The last word counts.' })
  @Needs('VIEWER', NARROWED)
  async giveFeedback(
    @Args(() => FeedbackArgs) { predictionId, label }: FeedbackArgs,
    @Ctx() by: Context,
  ): Promise<PredictionType> {
    return this.predictions.giveFeedback(predictionId, label, by);
  }

  @Mutation(() => ModelType, { description: "Says what of a model's answers is kept, and for how long." })
  @Needs('ADMIN', modelIn('model'))
  async setPredictionLog(
    @Args(() => SetPredictionLogArgs) { model, sample, keepDays, keepPhotos, reason }: SetPredictionLogArgs,
    @Ctx() { actor }: Context,
  ): Promise<ModelType> {
    return this.predictions.setLog(model, { sample, days: keepDays, photos: keepPhotos }, reason, actor);
  }

  @FieldResolver(() => String, { nullable: true, description: `${THUMBNAIL} Null where the photo was not kept.` })
  async thumbnail(
    @Root() prediction: PredictionType,
    @Args(() => ThumbnailArgs) { side }: ThumbnailArgs,
  ): Promise<string | null> {
    return this.predictions.thumbnail(prediction, side);
  }
}

@Resolver(() => ModelType)
export class PredictionLogResolver {
  constructor(private readonly predictions: PredictionService) {}

  @FieldResolver(() => PredictionLogType, { nullable: true, description: 'Null where nothing was ever set.' })
  predictionLog(@Root() { name }: ModelType): PredictionLogType | null {
    return this.predictions.setting(name);
  }
}
