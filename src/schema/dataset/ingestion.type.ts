import { GraphQLBigInt, GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'How far a registration has come.' })
export class RegistrationProgress {
  @Field(() => Int, { description: 'Images taken in.' })
  images!: number;

  @Field(() => Int, { description: 'Files left out.' })
  rejected!: number;

  @Field(() => GraphQLBigInt, { description: 'Bytes of the archive received; then bytes of the images taken in.' })
  bytes!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the archive received, then read, from 0 to 1; null where it cannot be told.',
  })
  share!: number | null;

  @Field(() => Boolean, { description: 'Whether it has ended; the mutation tells how.' })
  ended!: boolean;
}

@ObjectType({ description: 'A registration that has not ended yet.' })
export class RegistrationUnderWay {
  @Field(() => ID, { description: 'What to give registrationProgress and cancelRegistration.' })
  progressKey!: string;

  @Field(() => String, { description: 'Name of the dataset.' })
  dataset!: string;

  @Field(() => GraphQLDateTimeISO)
  startedAt!: Date;
}
