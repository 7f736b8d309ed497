import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Args, Ctx, Extensions, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { modelIn, NARROWED, refuseUnlessPermitted } from '../../domain/permission.js';
import type { PredictionService } from '../../domain/prediction/prediction-service.js';
import { OLD_PAGE, PageArgs, requested } from '../connection.js';
import { type Context, viewerOf } from '../context.js';
import { ofThumbnail, THUMBNAIL, ThumbnailArgs } from '../dataset/dataset-version.resolver.js';
import { ModelType } from '../model/model.type.js';
import { Needs } from '../permission.js';
import { PICTURE } from '../picture.js';
import { PredictionFilterInput, PredictionPageInput, SetPredictionLogArgs } from './prediction.input.js';
import { PredictionConnectionType, PredictionLogType, PredictionType, VersionTrafficType } from './prediction.type.js';

/** Who sees kept photos: those who may ask for kept answers. */
const SEES_PHOTOS = { role: 'TRAINER', model: NARROWED } as const;

@Resolver(() => PredictionType)
export class PredictionResolver {
  constructor(private readonly predictions: PredictionService) {}

  @Query(() => PredictionConnectionType, { name: 'predictions', description: 'Kept answers, newest first.' })
  @Needs('TRAINER', modelIn('filter.model'))
  async allPredictions(
    @Arg('filter', () => PredictionFilterInput, { description: 'Conditions that all must hold.' })
    filter: PredictionFilterInput,
    @Args(() => PageArgs) args: PageArgs,
    @Arg('page', () => PredictionPageInput, { nullable: true, ...OLD_PAGE.argument })
    page?: PredictionPageInput | null,
  ): Promise<PredictionConnectionType> {
    return new PredictionConnectionType(await this.predictions.page(filter, requested(args, page)));
  }

  @Query(() => [VersionTrafficType], {
    description: 'Figures of the kept answers to clients of each version of a model: accuracy on feedback, drift.',
  })
  @Needs('VIEWER', modelIn('model'))
  async traffic(
    @Arg('model', () => String, { description: 'Only those of this model.' }) model: string,
    @Arg('since', () => GraphQLDateTime, {
      nullable: true,
      description: 'Answers from this time on; all kept answers by default.',
    })
    since?: Date | null,
  ): Promise<VersionTrafficType[]> {
    return this.predictions.traffic(model, since ?? null);
  }

  @Mutation(() => ModelType, { description: 'Sets which answers of a model are kept, and for how long.' })
  @Needs('ADMIN', modelIn('model'))
  async setPredictionLog(
    @Args(() => SetPredictionLogArgs) given: SetPredictionLogArgs,
    @Ctx() { actor }: Context,
  ): Promise<ModelType> {
    const { model, sample, keepDays: days, keepPhotos: photos, keepPhotosDays: photoDays = null, reason } = given;
    return this.predictions.setLog(model, { sample, days, photos, photoDays }, reason, actor);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: `${THUMBNAIL} Null if the photo was not kept, or is deleted. Needs the role TRAINER.`,
  })
  @Extensions({ [PICTURE]: ofThumbnail })
  async thumbnail(
    @Root() prediction: PredictionType,
    @Args(() => ThumbnailArgs) { side }: ThumbnailArgs,
    @Ctx() context: Context,
  ): Promise<string | null> {
    refuseUnlessPermitted(SEES_PHOTOS, context.caller, {}); // feedback, which takes less, returns the answer
    return this.predictions.thumbnail(prediction, side, viewerOf(context));
  }
}

@Resolver(() => ModelType)
export class PredictionLogResolver {
  constructor(private readonly predictions: PredictionService) {}

  @FieldResolver(() => PredictionLogType, {
    nullable: true,
    description: 'Setting of its kept answers; null if it was never set.',
  })
  predictionLog(@Root() { name }: ModelType): PredictionLogType | null {
    return this.predictions.setting(name);
  }
}
