import { Arg, Args, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { NARROWED } from '../../domain/permission.js';
import type { FeedbackService } from '../../domain/prediction/feedback-service.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { FeedbackArgs } from './prediction.input.js';
import { PredictionType } from './prediction.type.js';

@Resolver()
export class FeedbackResolver {
  constructor(private readonly feedback: FeedbackService) {}

  @Mutation(() => PredictionType, {
    description:
      'Records what a photo shows: a class, or none of them. It replaces earlier feedback. The photo leaves the review queue.',
  })
  @Needs('VIEWER', NARROWED)
  async giveFeedback(
    @Args(() => FeedbackArgs) { predictionId, label, showsNone }: FeedbackArgs,
    @Ctx() requester: Context,
  ): Promise<PredictionType> {
    return this.feedback.give(predictionId, { label: label ?? null, showsNone }, requester);
  }

  @Mutation(() => PredictionType, {
    description:
      'Takes back the feedback that this token gave on an answer; feedback that others gave before holds again. A kept photo that nobody else has judged returns to the review queue, reserved for the token.',
  })
  @Needs('VIEWER', NARROWED)
  async takeBackFeedback(
    @Arg('predictionId', () => ID, { description: 'Id of the answer.' }) predictionId: string,
    @Ctx() requester: Context,
  ): Promise<PredictionType> {
    return this.feedback.takeBack(predictionId, requester);
  }
}
