import { GraphQLBigInt, GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DatasetStatistics } from './dataset-statistics.type.js';

/** The splits as the API names them. */
export enum SplitName {
  TRAIN = 'train',
  VALIDATION = 'validation',
  TEST = 'test',
}
registerEnumType(SplitName, { name: 'Split', description: 'Which part of a dataset version an image belongs to.' });

@ObjectType({ description: 'How many images of one class a split holds.' })
export class ClassCount {
  @Field(() => String)
  label!: string;

  @Field(() => Int)
  images!: number;
}

@ObjectType({ description: 'The images of one split.' })
export class SplitCount {
  @Field(() => SplitName)
  split!: SplitName;

  @Field(() => Int)
  images!: number;

  @Field(() => [ClassCount])
  classes!: ClassCount[];
}

@ObjectType({ description: 'A file of the source that did not become an image.' })
export class RejectedFile {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  reason!: string;
}

@ObjectType({ description: 'A version that another one was made of.' })
export class ParentVersion {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Name of its dataset.' })
  dataset!: string;

  @Field(() => Int)
  number!: number;
}

@ObjectType({ description: 'A class that was given another name.' })
export class RenamedClass {
  @Field(() => String)
  from!: string;

  @Field(() => String)
  to!: string;
}

@ObjectType({ description: 'An image that was given another class.' })
export class RelabelledImage {
  @Field(() => ID, { description: 'SHA-256 of its bytes.' })
  image!: string;

  @Field(() => String)
  to!: string;
}

export enum DuplicateHandling {
  KEEP = 'KEEP',
  DROP_EXACT = 'DROP_EXACT',
  DROP_NEAR = 'DROP_NEAR',
}
registerEnumType(DuplicateHandling, {
  name: 'DuplicateHandling',
  description:
    'DROP_EXACT keeps one image of those with the same bytes, DROP_NEAR one of those that can hardly be told apart as well: of the test split before the validation split before the training split.',
});

@ObjectType('Derivation', { description: 'How a version was made of others.' })
export class DerivationType {
  @Field(() => [ParentVersion])
  parents!: ParentVersion[];

  @Field(() => [String], { nullable: true, description: 'The classes that were kept; null when all were.' })
  classes!: readonly string[] | null;

  @Field(() => [RenamedClass])
  rename!: readonly RenamedClass[];

  @Field(() => [RelabelledImage])
  relabel!: readonly RelabelledImage[];

  @Field(() => [ID], { description: 'Images that were left out, by SHA-256.' })
  without!: readonly string[];

  @Field(() => DuplicateHandling)
  duplicates!: `${DuplicateHandling}`;

  @Field(() => Float, { description: 'Share of each class of each split that was kept.' })
  fraction!: number;

  @Field(() => Int)
  seed!: number;
}

@ObjectType('Dataset', { description: 'A named collection of labelled images, kept in versions.' })
export class DatasetType {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { nullable: true })
  description?: string | null;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @Field(() => [DatasetVersionType], { description: 'Newest first.' })
  versions!: DatasetVersionType[];
}

@ObjectType('DatasetVersion', { description: 'An immutable set of labelled images with classes and splits.' })
export class DatasetVersionType {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Name of the dataset.' })
  dataset!: string;

  @Field(() => Int, { description: 'Counts from 1 in each dataset.' })
  number!: number;

  @Field(() => String, { description: 'SHA-256 over classes, splits and image contents: equal data, equal hash.' })
  contentHash!: string;

  @Field(() => [String], { description: 'Sorted; a label is an index into this list.' })
  classes!: string[];

  @Field(() => [SplitCount])
  splits!: SplitCount[];

  @Field(() => Int)
  imageCount!: number;

  @Field(() => GraphQLBigInt, { description: 'Size of the encoded images together.' })
  bytes!: bigint;

  @Field(() => Int, { nullable: true, description: 'In pixels, when all images have the same.' })
  width?: number | null;

  @Field(() => Int, { nullable: true, description: 'In pixels, when all images have the same.' })
  height?: number | null;

  @Field(() => String, { description: 'Where it was registered from.' })
  source!: string;

  @Field(() => Int)
  rejectedCount!: number;

  @Field(() => [RejectedFile], { description: 'The first of them, with reasons.' })
  rejected!: RejectedFile[];

  @Field(() => DatasetStatistics, { nullable: true, description: 'Null for versions from before it was kept.' })
  statistics!: DatasetStatistics | null;

  @Field(() => DerivationType, { nullable: true, description: 'Null when it was registered from a source.' })
  derivation!: DerivationType | null;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;
}
