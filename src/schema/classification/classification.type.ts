import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { Answered } from '../../serving/answer.js';

@ObjectType({ description: 'A class and how probable it is.' })
export class ClassProbability {
  @Field(() => String)
  label!: string;

  @Field(() => Float)
  probability!: number;
}

@ObjectType({ description: 'Where the time of an answer went.' })
export class ClassificationTiming {
  @Field(() => Float, { description: 'Waiting: for a version to be loaded, for a decoder, for the batch before.' })
  queueMilliseconds!: number;

  @Field(() => Float)
  decodeMilliseconds!: number;

  @Field(() => Float, { description: 'Of the whole batch.' })
  predictMilliseconds!: number;

  @Field(() => Int, { description: 'Photos that were computed together.' })
  batchSize!: number;
}

@ObjectType('Classification', { description: 'An answer about one photo.' })
export class ClassificationType {
  @Field(() => String, { description: 'The most probable class.' })
  label!: string;

  @Field(() => Float, { description: 'Its probability.' })
  confidence!: number;

  @Field(() => Boolean, { description: 'Whether the probabilities are calibrated (see `ModelVersion.calibration`).' })
  calibrated!: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description: 'False for a photo that seems to show none of the classes; null where that cannot be told.',
  })
  inDistribution?: boolean | null;

  @Field(() => Float, {
    nullable: true,
    description: 'How unlike the training images it is. 1 is where `inDistribution` ends.',
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

  @Field(() => Float, { description: "From the photo's bytes to the answer." })
  milliseconds!: number;

  @Field(() => ID, {
    nullable: true,
    description: 'Of the answer as it is kept, for `giveFeedback`; null where it is not.',
  })
  predictionId!: string | null;

  @Field(() => ClassificationTiming)
  timing!: ClassificationTiming;
}

@ObjectType({ description: 'Why a photo has no answer.' })
export class ClassificationError {
  @Field(() => String, { description: 'As in the extensions of an error.' })
  code!: string;

  @Field(() => String)
  message!: string;

  @Field(() => Int, { nullable: true, description: 'Seconds after which to ask again, for OVERLOADED.' })
  retryAfter?: number | null;
}

@ObjectType('ClassificationResult', { description: 'An answer about one of several photos, or why there is none.' })
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
