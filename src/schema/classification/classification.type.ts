import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Precision } from '../../domain/model/precision.js';
import type { Answered } from '../../serving/answer.js';
import { precisionOf } from '../../serving/served-version.js';

@ObjectType({ description: 'A class and its probability.' })
export class ClassProbability {
  @Field(() => String)
  label!: string;

  @Field(() => Float)
  probability!: number;
}

@ObjectType({ description: 'Time of an answer by phase.' })
export class ClassificationTiming {
  @Field(() => Float, { description: 'Waiting for the version to load, for a decoder, and for the previous batch.' })
  queueMilliseconds!: number;

  @Field(() => Float)
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

  @Field(() => String)
  model!: string;

  @Field(() => Int, { description: 'Number of the version that answered.' })
  modelVersion!: number;

  @Field(() => ID)
  modelVersionId!: string;

  @Field(() => Float, { description: "Time from the photo's bytes to the answer." })
  milliseconds!: number;

  @Field(() => ID, {
    nullable: true,
    description: 'Id of the kept answer, for `giveFeedback`; null if it is not kept.',
  })
  predictionId!: string | null;

  @Field(() => ClassificationTiming)
  timing!: ClassificationTiming;
}

@ObjectType({ description: 'The reason why a photo has no answer.' })
export class ClassificationError {
  @Field(() => String, { description: 'Error code, as in the extensions of a GraphQL error.' })
  code!: string;

  @Field(() => String)
  message!: string;

  @Field(() => Int, { nullable: true, description: 'Seconds after which to retry, for OVERLOADED.' })
  retryAfter?: number | null;
}

@ObjectType('ClassificationResult', {
  description: 'The answer about one of several photos, or the error that prevented it.',
})
export class ClassificationResultType {
  @Field(() => ClassificationType, { nullable: true })
  classification?: ClassificationType | null;

  @Field(() => ClassificationError, { nullable: true })
  error?: ClassificationError | null;
}

/** @param answered request with one photo. */
export function toClassification({ answers: [answer] }: Answered): ClassificationType {
  const { label, top, calibrated, outlierScore, version, timing, predictionId } = answer;
  return {
    label,
    confidence: top[0]?.probability ?? 0,
    calibrated,
    inDistribution: outlierScore === null ? null : outlierScore <= 1,
    outlierScore,
    top: [...top],
    model: version.model,
    modelVersion: version.number,
    modelVersionId: version.versionId,
    precision: precisionOf(version),
    milliseconds: timing.total,
    predictionId,
    timing: {
      queueMilliseconds: timing.queue,
      decodeMilliseconds: timing.decode,
      predictMilliseconds: timing.predict,
      batchSize: timing.batchSize,
    },
  };
}
