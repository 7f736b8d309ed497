import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Precision, Runtime } from '../../domain/model/precision.js';

@ObjectType({ description: 'A class and its probability.' })
export class ClassProbability {
  @Field(() => String, { description: 'Name of the class.' })
  label!: string;

  @Field(() => Float, { description: 'Probability, 0 to 1.' })
  probability!: number;
}

@ObjectType({ description: 'Time of an answer by phase.' })
export class ClassificationTiming {
  @Field(() => Float, { description: 'Waiting for the version to load, for a decoder, and for the previous batch.' })
  queueMilliseconds!: number;

  @Field(() => Float, { description: 'Decoding and resizing the photo.' })
  decodeMilliseconds!: number;

  @Field(() => Float, { description: 'Time of the whole batch.' })
  predictMilliseconds!: number;

  @Field(() => Int, { description: 'Photos in the batch.' })
  batchSize!: number;
}

@ObjectType('Classification', { description: 'The answer about one photo.' })
export class ClassificationType {
  @Field(() => String, { description: 'The most probable class.' })
  label!: string;

  @Field(() => Float, { description: 'Its probability.' })
  confidence!: number;

  @Field(() => Precision, { description: 'Precision of the form that answered.' })
  precision!: Precision;

  @Field(() => Runtime, { description: 'Runtime of the form that answered.' })
  runtime!: Runtime;

  @Field(() => Boolean, { description: 'Whether the probabilities are calibrated (see `ModelVersion.calibration`).' })
  calibrated!: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description: 'False if the photo seems to show none of the classes; null if the version cannot tell.',
  })
  inDistribution?: boolean | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Distance from the training images. Above 1, `inDistribution` is false.',
  })
  outlierScore?: number | null;

  @Field(() => [ClassProbability], { description: 'Most probable first.' })
  top!: ClassProbability[];

  @Field(() => String, { description: 'Name of the model that answered.' })
  model!: string;

  @Field(() => Int, { description: 'Number of the version that answered.' })
  modelVersion!: number;

  @Field(() => ID, { description: 'Id of the version that answered.' })
  modelVersionId!: string;

  @Field(() => Float, { description: "Time from the photo's bytes to the answer." })
  milliseconds!: number;

  @Field(() => ID, {
    nullable: true,
    description: 'Id of the kept answer, for `giveFeedback`; null if it is not kept.',
  })
  predictionId!: string | null;

  @Field(() => ClassificationTiming, { description: 'Where the time went.' })
  timing!: ClassificationTiming;
}

@ObjectType({ description: 'The reason why a photo has no answer.' })
export class ClassificationError {
  @Field(() => String, { description: 'Error code, as in the extensions of a GraphQL error.' })
  code!: string;

  @Field(() => String, { description: 'What is wrong with this photo, and what to do.' })
  message!: string;

  @Field(() => Int, { nullable: true, description: 'Seconds after which to retry, for OVERLOADED.' })
  retryAfter?: number | null;
}

@ObjectType('ClassificationResult', {
  description: 'The answer about one of several photos, or the error that prevented it.',
})
export class ClassificationResultType {
  @Field(() => ClassificationType, { nullable: true, description: 'The answer; null when the photo was refused.' })
  classification?: ClassificationType | null;

  @Field(() => ClassificationError, {
    nullable: true,
    description: 'Why the photo was refused; null when it was answered.',
  })
  error?: ClassificationError | null;
}
