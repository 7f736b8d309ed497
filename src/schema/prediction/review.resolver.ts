import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { modelIn, NARROWED } from '../../domain/permission.js';
import type { ReviewService } from '../../domain/prediction/review-service.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { PredictionType } from './prediction.type.js';
import { NextReviewsArgs, ReviewQueueArgs } from './review.input.js';
import { AgreementType, ReviewQueueType } from './review.type.js';

@Resolver(() => ReviewQueueType)
export class ReviewResolver {
  constructor(private readonly reviews: ReviewService) {}

  @Query(() => ReviewQueueType, {
    description: 'Kept photos of a model that nobody has judged, in the order in which this token would get them.',
  })
  @Needs('TRAINER', modelIn('model'))
  async reviewQueue(
    @Args(() => ReviewQueueArgs) args: ReviewQueueArgs,
    @Ctx() requester: Context,
  ): Promise<ReviewQueueType> {
    return this.reviews.queue(args, requester);
  }

  @Mutation(() => ReviewQueueType, {
    description:
      'Reserves photos to judge for this token, for ten minutes from the last call: no other token gets them. `giveFeedback` judges one, `skipReview` puts it off, `takeBackFeedback` brings it back.',
  })
  @Needs('TRAINER', modelIn('model'))
  async nextReviews(
    @Args(() => NextReviewsArgs) args: NextReviewsArgs,
    @Ctx() requester: Context,
  ): Promise<ReviewQueueType> {
    return this.reviews.next(args, requester);
  }

  @Mutation(() => PredictionType, {
    description: 'Puts a photo behind all others in the review queue of this token, and frees it for other tokens.',
  })
  @Needs('TRAINER', NARROWED)
  async skipReview(
    @Arg('predictionId', () => ID, { description: 'Id of the answer.' }) predictionId: string,
    @Ctx() requester: Context,
  ): Promise<PredictionType> {
    return this.reviews.skip(predictionId, requester);
  }

  @FieldResolver(() => AgreementType, { description: 'How often tokens agree that judged the same photo.' })
  async agreement(@Root() { model }: ReviewQueueType): Promise<AgreementType> {
    return this.reviews.agreement(model);
  }
}
