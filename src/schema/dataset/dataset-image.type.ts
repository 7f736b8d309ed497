import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { SplitName } from './dataset.type.js';

@ObjectType('DatasetImage', { description: 'An image of a dataset version.' })
export class DatasetImageType {
  /** Which version it is read from. */
  versionId!: string;

  @Field(() => Int, { description: 'Its place in the version, from 0; never changes.' })
  row!: number;

  @Field(() => ID, { description: 'Of its encoded bytes.' })
  sha256!: string;

  @Field(() => String, { description: 'Its path in the source.' })
  name!: string;

  @Field(() => String)
  label!: string;

  @Field(() => SplitName)
  split!: `${SplitName}`;

  @Field(() => Int, { description: 'In pixels, upright.' })
  width!: number;

  @Field(() => Int, { description: 'In pixels, upright.' })
  height!: number;

  @Field(() => Int)
  bytes!: number;

  @Field(() => [Float], { nullable: true, description: 'Of red, green and blue, 0 to 255.' })
  mean?: readonly number[] | null;
}

@ObjectType({ description: 'Images in the order of their version.' })
export class DatasetImagePage {
  @Field(() => [DatasetImageType])
  images!: DatasetImageType[];

  @Field(() => Int, { description: 'On all pages.' })
  total!: number;

  @Field(() => Int, { nullable: true, description: 'Give it as `after` to get the next page; null on the last.' })
  next!: number | null;
}

export enum DuplicateKind {
  EXACT = 'exact',
  NEAR = 'near',
}
registerEnumType(DuplicateKind, {
  name: 'DuplicateKind',
  description: 'EXACT: the same bytes. NEAR: pictures that can hardly be told apart.',
});

@ObjectType('DuplicateGroup', { description: 'Images that show the same.' })
export class DuplicateGroupType {
  @Field(() => DuplicateKind)
  kind!: `${DuplicateKind}`;

  @Field(() => Boolean, { description: 'Some are to train on and some to measure by.' })
  leaks!: boolean;

  @Field(() => Boolean, { description: 'They are not all of one class.' })
  labelConflict!: boolean;

  @Field(() => [DatasetImageType])
  images!: DatasetImageType[];
}

@ObjectType()
export class DuplicatePage {
  @Field(() => [DuplicateGroupType])
  groups!: DuplicateGroupType[];

  @Field(() => Int, { description: 'On all pages.' })
  total!: number;

  @Field(() => Int, { nullable: true, description: 'Give it as `after` to get the next page; null on the last.' })
  next!: number | null;
}

@ObjectType({ description: 'An image of one version that stands elsewhere, or not at all, in the other.' })
export class DatasetChange {
  @Field(() => DatasetImageType, { nullable: true })
  before!: DatasetImageType | null;

  @Field(() => DatasetImageType, { nullable: true })
  after!: DatasetImageType | null;
}

@ObjectType({ description: 'The first of the changes of one kind, and how many there are.' })
export class DatasetChanges {
  @Field(() => Int)
  total!: number;

  @Field(() => [DatasetChange])
  changes!: DatasetChange[];
}

@ObjectType({ description: 'What became of the images, told by their bytes, from one version to another.' })
export class DatasetDifference {
  @Field(() => DatasetChanges)
  added!: DatasetChanges;

  @Field(() => DatasetChanges)
  removed!: DatasetChanges;

  @Field(() => DatasetChanges, { description: 'In another class.' })
  relabelled!: DatasetChanges;

  @Field(() => DatasetChanges, { description: 'In the same class of another split.' })
  moved!: DatasetChanges;

  @Field(() => Int)
  unchanged!: number;
}
