import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, Float, ID, InputType, Int } from 'type-graphql';
import type { PredictionFilter } from '../../domain/prediction/prediction.js';
import { Checked, number, SHA256, text, UUID } from '../checked.js';
import { Reason } from '../reason.field.js';

@ArgsType()
export class SetPredictionLogArgs {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => Float, { description: 'Share of the answers to clients to keep, 0 (none) to 1.' })
  @Checked(number(0, 1))
  sample!: number;

  @Field(() => Int, { defaultValue: 30, description: 'Days after which they are deleted, 1 to 3650.' })
  @Checked(number(1, 3650))
  keepDays!: number;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether to keep the photos too.' })
  keepPhotos!: boolean;

  @Field(() => Int, {
    nullable: true,
    description:
      'Days after which kept photos are deleted, 1 to `keepDays`; null, the default, for as long as the answers. Also photos that were kept before.',
  })
  @Checked(number(1, 3650))
  keepPhotosDays?: number | null;

  @Reason()
  reason!: string;
}

@InputType('PredictionFilter', { description: 'Conditions on a prediction; all that are given must hold.' })
export class PredictionFilterInput implements PredictionFilter {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => Int, { nullable: true, description: 'Number of the version.' })
  version?: number | null;

  @Field(() => String, { nullable: true, description: 'The label that was answered.' })
  label?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: only answers whose photo shows another class, according to feedback. False: only answers that it says are right.',
  })
  wrong?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: only answers whose photo shows none of the classes, according to feedback. False: only answers whose photo shows one.',
  })
  showsNone?: boolean | null;

  @Field(() => Float, { nullable: true, description: 'Only answers with a lower confidence, 0 to 1.' })
  confidenceBelow?: number | null;

  @Field(() => String, { nullable: true, description: 'SHA-256 of the photo, in hex.' })
  @Checked(SHA256)
  inputHash?: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Answers from this time on.' })
  since?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Exclusive.' })
  before?: Date | null;
}

@InputType({ description: 'A page of kept answers.' })
export class PredictionPageInput {
  @Field(() => Int, { defaultValue: 50, description: '1 to 200.' })
  @Checked(number(1, 200))
  first!: number;

  @Field(() => ID, { nullable: true, description: '`next` of the previous page.' })
  @Checked(UUID)
  after?: string | null;
}

@ArgsType()
export class FeedbackArgs {
  @Field(() => ID, { description: 'The `predictionId` of an answer.' })
  predictionId!: string;

  @Field(() => String, {
    nullable: true,
    description: "What the photo shows: one of the version's labels. Needed unless `showsNone` is true.",
  })
  @Checked(text(1, 1000))
  label?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: "Whether the photo shows none of the version's classes. Then `label` must be left out.",
  })
  showsNone!: boolean;
}
