import { GraphQLBigInt, GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

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

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;
}
