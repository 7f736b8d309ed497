import { GraphQLBigInt, GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { ModelImport } from '../../domain/model/model-import.js';
import type { Owner } from '../../domain/owner.js';
import { RunState } from '../../domain/run/run.js';
import { OwnerType } from '../owner.type.js';
import { RunErrorType } from '../run/run.type.js';

@ObjectType('ModelImport', { description: 'The import of a model file from elsewhere as a model version.' })
export class ModelImportType implements ModelImport {
  @Field(() => ID, { description: 'Id of the import.' })
  id!: string;

  @Field(() => RunState, { description: 'FAILED when the file was refused, with the reason in `error`.' })
  state!: RunState;

  @Field(() => String, { description: 'Name of the model that gets the version.' })
  model!: string;

  @Field(() => Int, { nullable: true, description: 'Number of the version; null until the import has made it.' })
  version!: number | null;

  @Field(() => String, { description: 'Name of the file at the client.' })
  fileName!: string;

  @Field(() => String, { description: 'SHA-256 of the file.' })
  sha256!: string;

  @Field(() => GraphQLBigInt, { description: 'Size of the file.' })
  bytes!: bigint;

  @Field(() => ID, { description: 'The dataset version on whose test split the model is measured.' })
  datasetVersionId!: string;

  @Field(() => [String], { description: 'Assumptions about the model that the hub could not check.' })
  notes!: readonly string[];

  @Field(() => String, { description: 'Name of the token that started the import.' })
  actor!: string;

  @Field(() => RunErrorType, { nullable: true, description: 'Reason why the import failed.' })
  error!: RunErrorType | null;

  @Field(() => OwnerType, { description: 'The token that started the import.' })
  owner!: Owner;

  @Field(() => GraphQLDateTime, { description: 'Time at which it was queued.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time of its end; null before.' })
  endedAt!: Date | null;
}
