import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { Agreement, Review, ReviewQueue } from '../../domain/prediction/review.js';
import { PredictionType } from './prediction.type.js';

@ObjectType('Review', { description: 'A kept answer whose photo waits for a judgment.' })
class ReviewType implements Review {
  @Field(() => PredictionType, { description: 'The answer, and its photo.' })
  prediction!: PredictionType;

  @Field(() => Float, {
    nullable: true,
    description:
      'How much a judgment teaches: 1 less the margin, and 0.5 more if another version gave another label, 0.25 more if the photo is an outlier, and up to 0.25 more if its answer belongs to a part of the traffic that drifted. Null for a second opinion, and for photos on which the versions of a rollout differ.',
  })
  score!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'How the part of the traffic drifted that the answer belongs to: a class or a confidence that is more frequent than on the test images. Null where it did not, and for answers of prediction jobs.',
  })
  drift!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the token for which the photo is reserved; null if it is free.',
  })
  reservedBy!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Until when it is reserved; null if it is free.' })
  reservedUntil!: Date | null;
}

@ObjectType('ReviewQueue', {
  description: 'Kept photos of a model that wait for a judgment, those first that teach most.',
})
export class ReviewQueueType implements ReviewQueue {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => [ReviewType], { description: 'Photos to judge, in order.' })
  reviews!: readonly Review[];

  @Field(() => Int, {
    description:
      'Number of kept photos of the model that nobody has judged, or of those on which the versions differ, counted up to 10,000.',
  })
  left!: number;
}

@ObjectType('Agreement', { description: 'Photos that several tokens judged, and whether they agree.' })
export class AgreementType implements Agreement {
  @Field(() => Int, { description: 'Photos that at least two tokens judged.' })
  photos!: number;

  @Field(() => Int, { description: 'Those on which all of them said the same.' })
  agreed!: number;
}
