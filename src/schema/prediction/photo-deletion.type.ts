import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { DatasetVersion } from '../../domain/dataset/dataset-version.js';
import type { PhotoHolder } from '../../domain/dataset/photo-holders.js';
import type { DeletedPhoto, PhotosDeleted } from '../../domain/prediction/photo-deletion.js';
import { DatasetVersionType } from '../dataset/dataset.type.js';

@ObjectType('DeletedPhoto', { description: 'A deleted photo, and what was deleted with it.' })
class DeletedPhotoType implements DeletedPhoto {
  @Field(() => String, { description: 'SHA-256 of the photo, in hex.' })
  sha256!: string;

  @Field(() => [String], { description: 'Names of the models whose answers were deleted.' })
  models!: readonly string[];

  @Field(() => Int, { description: 'Number of kept answers.' })
  answers!: number;

  @Field(() => Int, { description: 'Number of judgments.' })
  judgments!: number;

  @Field(() => Int, { description: 'Number of reservations in review queues.' })
  reservations!: number;

  @Field(() => Int, { description: 'Number of times that a reviewer had put it off.' })
  skips!: number;

  @Field(() => Boolean, { description: 'Whether the log kept the photo itself.' })
  wasKept!: boolean;
}

@ObjectType('PhotoHolder', { description: 'A dataset version that still holds deleted photos.' })
class PhotoHolderType implements PhotoHolder {
  @Field(() => DatasetVersionType, { description: 'The version.' })
  datasetVersion!: DatasetVersion;

  @Field(() => [String], {
    description:
      'SHA-256 of the photos that are its images; empty where only files that it shares with other versions have their bytes.',
  })
  photos!: readonly string[];

  @Field(() => Boolean, { description: 'Whether it was the newest version of its dataset.' })
  isNewest!: boolean;

  @Field(() => Int, { description: 'Number of runs on it.' })
  runs!: number;

  @Field(() => Int, { description: 'Number of sweeps on it.' })
  sweeps!: number;

  @Field(() => Int, { description: 'Number of model versions that were trained or measured on it.' })
  modelVersions!: number;
}

@ObjectType('PhotosDeleted', { description: 'What was deleted, and what is left.' })
export class PhotosDeletedType implements PhotosDeleted {
  @Field(() => [DeletedPhotoType], { description: 'The deleted photos.' })
  photos!: readonly DeletedPhoto[];

  @Field(() => [ID], { description: 'The given photos that are not known, where `ignoreUnknown` passes over them.' })
  unknown!: readonly string[];

  @Field(() => [PhotoHolderType], { description: 'Dataset versions that still hold them.' })
  datasetVersions!: readonly PhotoHolder[];

  @Field(() => [DatasetVersionType], {
    description: 'Versions without them, each the newest of its dataset, even if an older one has the same images.',
  })
  newVersions!: readonly DatasetVersion[];

  @Field(() => [String], { description: 'What remains of them and where, in sentences.' })
  remains!: readonly string[];
}
