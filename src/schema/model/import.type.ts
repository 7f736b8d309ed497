import { GraphQLBigInt, GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { RunState } from '../../domain/run/run.js';
import { RunErrorType } from '../run/run.type.js';

@ObjectType('ModelImport', { description: 'A model file of others on its way to a model version.' })
export class ModelImportType {
  @Field(() => ID)
  id!: string;

  @Field(() => RunState, { description: 'FAILED when the file was refused: `error` says why.' })
  state!: RunState;

  @Field(() => String, { description: 'Name of the model that gets the version.' })
  model!: string;

  @Field(() => Int, { nullable: true, description: 'Number of the version, when there is one.' })
  version?: number | null;

  @Field(() => String, { description: 'What whoever sent it called the file.' })
  fileName!: string;

  @Field(() => String, { description: 'SHA-256 of the file.' })
  sha256!: string;

  @Field(() => GraphQLBigInt, { description: 'Size of the file.' })
  bytes!: bigint;

  @Field(() => ID, { description: 'On whose test split it is measured.' })
  datasetVersionId!: string;

  @Field(() => [String], { description: 'What was taken on trust.' })
  notes!: string[];

  @Field(() => String, { description: 'Name of the token that asked for it.' })
  actor!: string;

  @Field(() => RunErrorType, { nullable: true })
  error?: RunErrorType | null;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  endedAt?: Date | null;
}
