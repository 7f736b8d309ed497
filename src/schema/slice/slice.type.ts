import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, ObjectType } from 'type-graphql';
import type { Owner } from '../../domain/owner.js';
import { SliceKind } from '../../domain/run/evaluation-slices.js';
import type { SavedSlice, SliceCondition } from '../../domain/slice/slice.js';
import { OWNER, OwnerType } from '../owner.type.js';

@ObjectType('SliceCondition', { description: 'What the images of a saved slice have in common.' })
class SliceConditionType implements SliceCondition {
  @Field(() => SliceKind, { description: 'What it looks at.' })
  kind!: SliceCondition['kind'];

  @Field(() => String, { nullable: true, description: 'Name of the column of COLUMN.' })
  column!: string | null;

  @Field(() => [String], { nullable: true, description: 'CLASS, SOURCE and COLUMN: one of these.' })
  values!: readonly string[] | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Smallest shorter side in pixels, brightness of 255, or number in a column.',
  })
  from!: number | null;

  @Field(() => Float, { nullable: true, description: 'Largest one.' })
  to!: number | null;
}

@ObjectType('SavedSlice', { description: 'Conditions on the images of a dataset, under a name.' })
export class SavedSliceType implements SavedSlice {
  @Field(() => ID, { description: 'Id of the slice.' })
  id!: string;

  @Field(() => String, { description: 'Name of its dataset.' })
  dataset!: string;

  @Field(() => String, { description: 'Unique in the dataset. A gate names it as `dataset/slice`.' })
  name!: string;

  @Field(() => [SliceConditionType], { description: 'An image is in the slice if it meets all of them.' })
  conditions!: readonly SliceCondition[];

  @Field(() => String, { description: 'The conditions in words.' })
  text!: string;

  @Field(() => [String], {
    description: 'Models whose gate has a rule on it. While there is one, the slice is neither changed nor deleted.',
  })
  usedBy!: readonly string[];

  @Field(() => OwnerType, { nullable: true, description: OWNER })
  owner!: Owner | null;

  @Field(() => GraphQLDateTime, { description: 'Time when its conditions were saved.' })
  createdAt!: Date;
}
