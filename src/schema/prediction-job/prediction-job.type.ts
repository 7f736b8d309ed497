import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Split } from '../../datasets/manifest.js';
import type { Owner } from '../../domain/owner.js';
import {
  PREDICTION_FORMATS,
  type PredictionJob,
  type PredictionSource,
  PredictionSourceKind,
} from '../../domain/prediction-job/prediction-job.js';
import { RunState } from '../../domain/run/run.js';
import { connectionTo } from '../connection.js';
import { OWNER, OwnerType } from '../owner.type.js';
import { RunErrorType } from '../run/run.type.js';

registerEnumType(PredictionSourceKind, {
  name: 'PredictionSourceKind',
  description: 'Where photos come from.',
  valuesConfig: {
    DATASET: { description: 'A dataset version.' },
    PATH: { description: "A folder or archive on the hub's machine." },
    UPLOAD: { description: 'An uploaded file.' },
    URL: { description: 'An archive at a web address.' },
  },
});

@ObjectType('PredictionSource', { description: 'Where the photos of a prediction job are.' })
export class PredictionSourceType implements PredictionSource {
  @Field(() => PredictionSourceKind, { description: 'Kind of source.' })
  kind!: PredictionSourceKind;

  @Field(() => String, {
    description: 'Dataset and number of a dataset version, a path, the name of an uploaded file, or an address.',
  })
  name!: string;

  @Field(() => ID, { nullable: true, description: 'Null for sources other than a dataset version.' })
  datasetVersionId!: string | null;

  @Field(() => Split, { nullable: true, description: 'The only split that is classified; null for all.' })
  split!: Split | null;
}

@ObjectType('PredictionDownload', { description: 'A form in which the answers of a prediction job can be downloaded.' })
export class PredictionDownloadType {
  @Field(() => String, { description: '`csv`, `jsonl` or `parquet`.' })
  format!: string;

  @Field(() => String, { description: 'Path of the download on this hub, which needs a token.' })
  link!: string;
}

@ObjectType('PredictionJob', { description: 'The classification of all photos of a source with one model version.' })
export class PredictionJobType implements PredictionJob {
  @Field(() => ID, { description: 'Id of the job.' })
  id!: string;

  @Field(() => RunState, { description: 'State of the job.' })
  state!: RunState;

  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => Int, { description: 'Number of the version. All photos are answered by the form in which it served.' })
  version!: number;

  @Field(() => PredictionSourceType, { description: 'Where its photos come from.' })
  source!: PredictionSourceType;

  @Field(() => Int, { description: 'Number of classes that are listed for each photo.' })
  topK!: number;

  @Field(() => Boolean, { description: 'Whether its answers are kept with their photos, for the review queue.' })
  keepForReview!: boolean;

  @Field(() => Int, {
    description:
      'Answers that it has kept for review. A photo of which an answer of the version was kept before is not counted.',
  })
  kept!: number;

  @Field(() => Int, { description: 'Photos whose answers are stored, those that were refused included.' })
  photos!: number;

  @Field(() => Int, { description: 'Files that the hub could not read as photos; the result says why.' })
  refused!: number;

  @Field(() => Float, { nullable: true, description: 'Share of the source that was read, 0 to 1; null when unknown.' })
  share!: number | null;

  @Field(() => RunErrorType, { nullable: true, description: 'Why it failed; null if it did not.' })
  error!: RunErrorType | null;

  @Field(() => OwnerType, { nullable: true, description: OWNER })
  owner!: Owner | null;

  @Field(() => GraphQLDateTime, { description: 'Time at which it was queued.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time at which it began to run; null before.' })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time of its end; null before.' })
  endedAt!: Date | null;
}

/** The downloads of a job that has ended and has answers; else none. */
export function downloadsOf({ id, endedAt, photos }: PredictionJob): PredictionDownloadType[] {
  if (endedAt === null || photos === 0) return [];
  return PREDICTION_FORMATS.map((format) => ({ format, link: `/v1/predictions/${id}?format=${format}` }));
}

@ObjectType('PredictionJobConnection', { description: 'A page of prediction jobs, newest first.' })
export class PredictionJobConnectionType extends connectionTo('PredictionJob', () => PredictionJobType) {}
