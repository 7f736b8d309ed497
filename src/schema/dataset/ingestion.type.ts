import { GraphQLBigInt, GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { Ingestion, IngestionProgress } from '../../domain/dataset/ingestion.js';

@ObjectType('IngestionProgress', { description: 'Progress of an ingestion.' })
export class IngestionProgressType implements IngestionProgress {
  @Field(() => Int, { description: 'Accepted images.' })
  images!: number;

  @Field(() => Int, { description: 'Rejected files.' })
  rejected!: number;

  @Field(() => GraphQLBigInt, { description: 'Bytes of the archive received; then bytes of the accepted images.' })
  bytes!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the archive received, then read, from 0 to 1; null when unknown.',
  })
  share!: number | null;

  @Field(() => Boolean, { description: 'Whether it has ended. The mutation returns the outcome.' })
  ended!: boolean;
}

@ObjectType('Ingestion', { description: 'An ingestion under way: images being read, checked and stored.' })
export class IngestionType implements Ingestion {
  @Field(() => ID, { description: 'Key for `ingestionProgress` and `cancelIngestion`.' })
  progressKey!: string;

  @Field(() => String, { description: 'Name of the dataset.' })
  dataset!: string;

  @Field(() => GraphQLDateTime, { description: 'Time at which it began.' })
  startedAt!: Date;
}

@ObjectType('RegistrationProgress', { description: 'The old name of IngestionProgress.' })
export class RegistrationProgressType extends IngestionProgressType {}

@ObjectType('RegistrationUnderWay', { description: 'The old name of Ingestion.' })
export class RegistrationUnderWayType extends IngestionType {}
