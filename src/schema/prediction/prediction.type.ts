import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

@ObjectType('PredictionLog', { description: "What of a model's answers is kept." })
export class PredictionLogType {
  @Field(() => Float, { description: 'Share of the answers, 0 to 1.' })
  sample!: number;

  @Field(() => Int, { description: 'Days after which they are deleted.' })
  keepDays!: number;

  @Field(() => Boolean, { description: 'Whether the photos are kept too.' })
  keepPhotos!: boolean;

  @Field(() => Int, {
    description: 'Answers that were to be kept since the hub started, and were not: more came than could be written.',
  })
  lost!: number;
}

@ObjectType('Prediction', { description: 'What a version answered about a photo.' })
export class PredictionType {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, { description: 'Number of the version.' })
  version!: number;

  @Field(() => GraphQLDateTimeISO)
  at!: Date;

  @Field(() => String, { description: 'SHA-256 of the photo as it was sent.' })
  inputHash!: string;

  @Field(() => String)
  label!: string;

  @Field(() => Float)
  confidence!: number;

  @Field(() => Float, { description: "From the photo's bytes to the answer." })
  milliseconds!: number;

  @Field(() => String, { nullable: true, description: 'What it shows, where somebody has said so.' })
  rightLabel!: string | null;

  @Field(() => String, { nullable: true, description: 'Name of the token that said so last.' })
  rightBy!: string | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  rightAt!: Date | null;

  /** SHA-256 of the blob with the photo. */
  photoBlob!: string | null;
}

@ObjectType()
export class PredictionPage {
  @Field(() => [PredictionType], { description: 'Newest first.' })
  predictions!: PredictionType[];

  @Field(() => ID, { nullable: true, description: 'The `after` of the next page; null on the last one.' })
  next!: string | null;
}

export enum DriftVerdictType {
  NO_REFERENCE = 'NO_REFERENCE',
  TOO_FEW = 'TOO_FEW',
  STABLE = 'STABLE',
  SHIFTED = 'SHIFTED',
  DIFFERENT = 'DIFFERENT',
}
registerEnumType(DriftVerdictType, {
  name: 'DriftVerdict',
  valuesConfig: {
    NO_REFERENCE: { description: 'What the version answered on its test images was not kept.' },
    STABLE: { description: 'As on the test images, or no more different than chance makes it.' },
    SHIFTED: { description: 'A population stability index above 0.1, and above what chance makes it.' },
    DIFFERENT: { description: 'One above 0.25.' },
  },
});

@ObjectType('Shift', { description: 'One distribution beside another.' })
export class ShiftType {
  @Field(() => Float, { description: 'Population stability index.' })
  index!: number;

  @Field(() => Float, { description: 'What chance alone exceeds once in twenty times.' })
  chance!: number;
}

@ObjectType('Drift', { description: 'What a version answers beside what it answered on its test images.' })
export class DriftType {
  @Field(() => DriftVerdictType)
  verdict!: `${DriftVerdictType}`;

  @Field(() => String, { description: 'The verdict in words.' })
  text!: string;

  @Field(() => ShiftType, { nullable: true, description: 'Of the classes that it answers.' })
  classes!: ShiftType | null;

  @Field(() => ShiftType, { nullable: true, description: 'Of its confidence, by tenths.' })
  confidence!: ShiftType | null;
}

@ObjectType('FeedbackAccuracy', { description: 'How many answers were right, of those that somebody has judged.' })
export class FeedbackAccuracyType {
  @Field(() => Int)
  judged!: number;

  @Field(() => Int)
  right!: number;

  @Field(() => Float, { nullable: true, description: 'Share of the right ones; null before the first.' })
  accuracy!: number | null;

  @Field(() => Float, { nullable: true, description: 'Lower end of the 95 % interval (Wilson).' })
  low!: number | null;

  @Field(() => Float, { nullable: true, description: 'Upper end.' })
  high!: number | null;
}

@ObjectType('VersionTraffic', { description: 'What a version was asked, as far as it was kept.' })
export class VersionTrafficType {
  @Field(() => Int, { description: 'Number of the version.' })
  version!: number;

  @Field(() => Int, { description: 'Answers that were kept.' })
  predictions!: number;

  @Field(() => FeedbackAccuracyType)
  feedback!: FeedbackAccuracyType;

  @Field(() => DriftType)
  drift!: DriftType;
}
