import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Over all images.' })
export class SizeRange {
  @Field(() => Int)
  min!: number;

  @Field(() => Int)
  median!: number;

  @Field(() => Int)
  max!: number;
}

@ObjectType({ description: 'How many groups of images show the same.' })
export class DuplicateCounts {
  @Field(() => Int, { description: 'Groups of the same bytes.' })
  exact!: number;

  @Field(() => Int, { description: 'Groups of pictures that can hardly be told apart.' })
  near!: number;

  @Field(() => Int, { description: 'Groups with images to train on and images to measure by: figures are too good.' })
  leaks!: number;

  @Field(() => Int, { description: 'Groups whose images are not all of one class.' })
  labelConflicts!: number;
}

@ObjectType({ description: 'What the images of a dataset version are like.' })
export class DatasetStatistics {
  @Field(() => SizeRange, { description: 'In pixels.' })
  width!: SizeRange;

  @Field(() => SizeRange, { description: 'In pixels.' })
  height!: SizeRange;

  @Field(() => SizeRange, { description: 'Of an encoded image.' })
  bytes!: SizeRange;

  @Field(() => [Float], {
    nullable: true,
    description: 'Of red, green and blue, 0 to 255; each image counts the same.',
  })
  mean?: number[] | null;

  @Field(() => [Float], { nullable: true, description: 'Standard deviation of red, green and blue.' })
  deviation?: number[] | null;

  @Field(() => Int, { description: 'Images without colour.' })
  grey!: number;

  @Field(() => DuplicateCounts)
  duplicates!: DuplicateCounts;
}
