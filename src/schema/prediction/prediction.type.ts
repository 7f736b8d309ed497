import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Precision, Runtime } from '../../domain/model/precision.js';
import { type Drift, DriftVerdict, type Shift } from '../../domain/prediction/drift.js';
import type {
  FeedbackAccuracy,
  Prediction,
  PredictionLogSettings,
  VersionTraffic,
} from '../../domain/prediction/prediction.js';
import { connectionTo, OLD_PAGE } from '../connection.js';

@ObjectType('PredictionLog', { description: 'Setting of the answers that a model keeps.' })
export class PredictionLogType implements PredictionLogSettings {
  @Field(() => Float, { description: 'Share of the answers, 0 to 1.' })
  sample!: number;

  @Field(() => Int, { description: 'Days after which they are deleted.' })
  keepDays!: number;

  @Field(() => Boolean, { description: 'Whether the photos are kept too.' })
  keepPhotos!: boolean;

  @Field(() => Int, { nullable: true, description: 'Days after which photos are deleted; null for `keepDays`.' })
  keepPhotosDays!: number | null;

  @Field(() => Int, {
    description: 'Answers that were sampled since the hub started but not written, because too many were waiting.',
  })
  lost!: number;
}

@ObjectType('Prediction', { description: 'A kept answer of a version to one photo.' })
export class PredictionType implements Prediction {
  @Field(() => ID, { description: 'Id of the answer; `giveFeedback` takes it.' })
  id!: string;

  @Field(() => Int, { description: 'Number of the version.' })
  version!: number;

  @Field(() => GraphQLDateTime, { description: 'Time of the answer.' })
  at!: Date;

  @Field(() => String, { description: 'SHA-256 of the photo as it was sent.' })
  inputHash!: string;

  @Field(() => String, {
    nullable: true,
    description: '`X-Request-Id` of the request with the photo; null for gRPC, and for answers of earlier hubs.',
  })
  requestId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Id of the prediction job that kept it for review (`keepForReview`), which may be deleted; null for an answer to a client.',
  })
  jobId!: string | null;

  @Field(() => String, { description: 'The answered class.' })
  label!: string;

  @Field(() => Float, { description: 'Probability of the label.' })
  confidence!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Probability of the label less that of the second one; null for answers of earlier hubs.',
  })
  margin!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Distance from the training images: above 1 the photo probably shows none of the classes. Null if it was not computed.',
  })
  outlierScore!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Another label that a version gave the same photo, in a rollout or a later answer; null if none is known.',
  })
  otherLabel!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Label that the other version of the rollout gave, in which it was answered; null if it was not asked.',
  })
  rolloutLabel!: string | null;

  @Field(() => Float, { description: "From the photo's bytes to the answer." })
  milliseconds!: number;

  @Field(() => Precision, {
    nullable: true,
    description: 'Precision of the form that answered; null for answers of earlier hubs.',
  })
  precision!: Precision | null;

  @Field(() => Runtime, {
    nullable: true,
    description: 'Runtime of the form that answered; null for answers of hubs that had one runtime.',
  })
  runtime!: Runtime | null;

  @Field(() => String, {
    nullable: true,
    description: 'Class that the photo shows, according to feedback; null without feedback, and if it shows none.',
  })
  rightLabel!: string | null;

  @Field(() => Boolean, {
    description: "Whether the photo shows none of the version's classes, according to feedback.",
  })
  showsNone!: boolean;

  @Field(() => String, { nullable: true, description: 'Name of the token that gave the last feedback.' })
  rightBy!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time of the last feedback; null without one.' })
  rightAt!: Date | null;

  /** SHA-256 of the blob with the photo. */
  photoBlob!: string | null;
}

@ObjectType('PredictionConnection', { description: 'A page of kept answers, newest first.' })
export class PredictionConnectionType extends connectionTo('Prediction', () => PredictionType) {
  @Field(() => [PredictionType], OLD_PAGE.items)
  get predictions(): readonly PredictionType[] {
    return this.nodes;
  }

  @Field(() => ID, { nullable: true, ...OLD_PAGE.next })
  get next(): string | null {
    return this.nextCursor;
  }
}

registerEnumType(DriftVerdict, {
  name: 'DriftVerdict',
  description: 'Verdict on the difference between the answers of a version and those on its test images.',
  valuesConfig: {
    NO_REFERENCE: { description: 'Its answers on the test images are not known.' },
    TOO_FEW: { description: 'Too few answers were kept for a verdict.' },
    STABLE: { description: 'They differ no more than by chance, or by a population stability index up to 0.1.' },
    SHIFTED: { description: 'They differ by more than chance and an index above 0.1.' },
    DIFFERENT: { description: 'They differ by more than chance and an index above 0.25.' },
  },
});

@ObjectType('Shift', { description: 'Difference of two distributions.' })
export class ShiftType implements Shift {
  @Field(() => Float, { description: 'Population stability index.' })
  index!: number;

  @Field(() => Float, { description: 'The index that chance alone exceeds once in twenty times.' })
  chance!: number;
}

@ObjectType('Drift', { description: 'Comparison of the answers of a version with those on its test images.' })
export class DriftType implements Drift {
  @Field(() => DriftVerdict, { description: 'Whether the traffic differs from the test images.' })
  verdict!: DriftVerdict;

  @Field(() => String, { description: 'The verdict in words.' })
  text!: string;

  @Field(() => ShiftType, { nullable: true, description: 'Shift of the answered classes.' })
  classes!: ShiftType | null;

  @Field(() => ShiftType, { nullable: true, description: 'Shift of the confidence, by tenths.' })
  confidence!: ShiftType | null;
}

@ObjectType('FeedbackAccuracy', { description: 'Accuracy of the answers that have feedback.' })
export class FeedbackAccuracyType implements FeedbackAccuracy {
  @Field(() => Int, { description: 'Answers with feedback that names a class.' })
  judged!: number;

  @Field(() => Int, {
    description: 'Answers whose photo shows none of the classes. They do not count for the accuracy.',
  })
  none!: number;

  @Field(() => Int, { description: 'Answers that feedback confirms.' })
  right!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of confirmed answers, 0 to 1; null before the first feedback.',
  })
  accuracy!: number | null;

  @Field(() => Float, { nullable: true, description: 'Lower end of the 95% interval (Wilson).' })
  low!: number | null;

  @Field(() => Float, { nullable: true, description: 'Upper end of the 95% interval.' })
  high!: number | null;
}

@ObjectType('VersionTraffic', {
  description:
    'Figures of the kept answers of one version to clients, without those that prediction jobs keep for review.',
})
export class VersionTrafficType implements VersionTraffic {
  @Field(() => Int, { description: 'Number of the version.' })
  version!: number;

  @Field(() => Int, { description: 'Number of kept answers.' })
  predictions!: number;

  @Field(() => FeedbackAccuracyType, { description: 'Accuracy according to feedback.' })
  feedback!: FeedbackAccuracyType;

  @Field(() => DriftType, { description: 'How the kept answers differ from the answers to the test images.' })
  drift!: DriftType;
}
