import { GraphQLBigInt, GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DuplicateHandling, type RelabelledImage, type RenamedClass } from '../../datasets/derive.js';
import { Split } from '../../datasets/manifest.js';
import type { Rejection } from '../../datasets/rejections.js';
import type { Dataset } from '../../domain/dataset/dataset.js';
import type {
  ClassCount,
  DatasetStatistics,
  DatasetVersion,
  ParentVersion,
  SplitCount,
  VersionDerivation,
} from '../../domain/dataset/dataset-version.js';
import type { Owner } from '../../domain/owner.js';
import { NodeType } from '../node/node.type.js';
import { OWNER, OwnerType } from '../owner.type.js';
import { DatasetStatisticsType } from './dataset-statistics.type.js';

registerEnumType(Split, {
  name: 'Split',
  description: 'A part of a dataset version.',
  valuesConfig: {
    TEST: { description: 'Images that runs are evaluated on at their end.' },
    TRAIN: { description: 'Images that runs learn from.' },
    VALIDATION: { description: 'Images that epochs are compared on.' },
  },
});

@ObjectType('ClassCount', { description: 'Number of images of one class in a split.' })
class ClassCountType implements ClassCount {
  @Field(() => String, { description: 'Name of the class.' })
  label!: string;

  @Field(() => Int, { description: 'Number of images of this class.' })
  images!: number;
}

@ObjectType('SplitCount', { description: 'Number of images in one split, in all and by class.' })
class SplitCountType implements SplitCount {
  @Field(() => Split, { description: 'The split.' })
  split!: Split;

  @Field(() => Int, { description: 'Number of images in the split.' })
  images!: number;

  @Field(() => [ClassCountType], { description: 'Number of images of each class.' })
  classes!: readonly ClassCount[];
}

@ObjectType({ description: 'A file of the source that is not part of the version.' })
class RejectedFile implements Rejection {
  @Field(() => String, { description: 'Path of the file in the source.' })
  name!: string;

  @Field(() => String, { description: 'Why it was left out.' })
  reason!: string;
}

@ObjectType('ParentVersion', { description: 'A version that another one is derived from.' })
class ParentVersionType implements ParentVersion {
  @Field(() => ID, { description: 'Id of the dataset version.' })
  id!: string;

  @Field(() => String, { description: 'Name of its dataset.' })
  dataset!: string;

  @Field(() => Int, { description: 'Number of the dataset version.' })
  number!: number;
}

@ObjectType('RenamedClass', { description: 'A class with a new name.' })
class RenamedClassType implements RenamedClass {
  @Field(() => String, { description: 'Name of the class in the parent.' })
  from!: string;

  @Field(() => String, { description: 'New name of the class.' })
  to!: string;
}

@ObjectType('RelabelledImage', { description: 'An image with another class.' })
class RelabelledImageType implements RelabelledImage {
  @Field(() => ID, { description: 'SHA-256 of its bytes.' })
  image!: string;

  @Field(() => String, { description: 'Name of the new class.' })
  to!: string;
}

registerEnumType(DuplicateHandling, {
  name: 'DuplicateHandling',
  description: 'Treatment of images that look the same when a version is derived.',
  valuesConfig: {
    KEEP: { description: 'Keeps all of them.' },
    DROP_EXACT: {
      description:
        'Keeps one image of those with the same bytes: of the test split before the validation split before the training split.',
    },
    DROP_NEAR: { description: 'Like DROP_EXACT, and also keeps only one image of those that look almost the same.' },
  },
});

@ObjectType('Derivation', { description: 'The changes by which a version was derived from others.' })
class VersionDerivationType implements VersionDerivation {
  @Field(() => [ParentVersionType], { description: 'The versions that it was made from.' })
  parents!: readonly ParentVersion[];

  @Field(() => [String], { nullable: true, description: 'Classes that were kept; null for all.' })
  classes!: readonly string[] | null;

  @Field(() => [RenamedClassType], { description: 'Classes that were renamed.' })
  rename!: readonly RenamedClass[];

  @Field(() => [RelabelledImageType], { description: 'Images that were moved to another class.' })
  relabel!: readonly RelabelledImage[];

  @Field(() => [ID], { description: 'SHA-256 of the images that were left out.' })
  without!: readonly string[];

  @Field(() => DuplicateHandling, { description: 'What happened to duplicates.' })
  duplicates!: DuplicateHandling;

  @Field(() => Float, { description: 'Share of each class of each split that was kept.' })
  fraction!: number;

  @Field(() => Int, { description: 'Seed of the draw of `fraction`.' })
  seed!: number;

  @Field(() => Int, { description: 'Number of judged photos that were added to the training split.' })
  judgedPhotos!: number;
}

@ObjectType('Dataset', { implements: NodeType, description: 'A named collection of labeled images, kept in versions.' })
export class DatasetType implements Dataset {
  @Field(() => ID, { description: 'Id of the dataset.' })
  id!: string;

  @Field(() => String, { description: 'Name, unique in the hub.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Text that describes it.' })
  description!: string | null;

  @Field(() => OwnerType, { nullable: true, description: OWNER })
  owner!: Owner | null;

  @Field(() => GraphQLDateTime, { description: 'Time of creation.' })
  createdAt!: Date;

  @Field(() => [DatasetVersionType], { description: 'Newest first.' })
  versions!: readonly DatasetVersion[];
}

@ObjectType('DatasetVersion', {
  implements: NodeType,
  description: 'An immutable set of labeled images with classes and splits.',
})
export class DatasetVersionType implements DatasetVersion {
  @Field(() => ID, { description: 'Id of the version.' })
  id!: string;

  @Field(() => String, { description: 'Name of its dataset.' })
  dataset!: string;

  @Field(() => Int, { description: 'Counts from 1 in each dataset.' })
  number!: number;

  @Field(() => String, { description: 'SHA-256 over classes, splits and image contents: equal data, equal hash.' })
  contentHash!: string;

  @Field(() => [String], { description: 'Sorted; a label is an index into this list.' })
  classes!: readonly string[];

  @Field(() => [SplitCountType], { description: 'Its splits, with the number of images of each class.' })
  splits!: readonly SplitCount[];

  @Field(() => Int, { description: 'Number of images in all splits.' })
  imageCount!: number;

  @Field(() => GraphQLBigInt, { description: 'Size of all encoded images.' })
  bytes!: bigint;

  @Field(() => Int, { nullable: true, description: 'In pixels; null when the images differ in width.' })
  width!: number | null;

  @Field(() => Int, { nullable: true, description: 'In pixels; null when the images differ in height.' })
  height!: number | null;

  @Field(() => String, { description: 'Origin of the images: a path, an address, an upload or other versions.' })
  source!: string;

  @Field(() => Int, {
    description:
      'Number of files of the source that are not part of the version. A mutation that finds the version there already ' +
      'counts those of the source that it was given.',
  })
  rejectedCount!: number;

  @Field(() => [RejectedFile], { description: 'The first thousand rejected files, with reasons.' })
  rejected!: readonly Rejection[];

  @Field(() => DatasetStatisticsType, {
    nullable: true,
    description: 'Null in versions that were written before statistics existed.',
  })
  statistics!: DatasetStatistics | null;

  @Field(() => VersionDerivationType, {
    nullable: true,
    description: 'Null when the version was ingested from a source.',
  })
  derivation!: VersionDerivation | null;

  @Field(() => OwnerType, { nullable: true, description: OWNER })
  owner!: Owner | null;

  @Field(() => GraphQLDateTime, { description: 'Time of creation.' })
  createdAt!: Date;
}
