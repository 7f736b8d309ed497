import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { ColumnSummary, ValueCount } from '../../datasets/columns.js';
import type { SizeRange } from '../../datasets/inspect.js';
import type { DatasetStatistics, DuplicateCounts } from '../../domain/dataset/dataset-version.js';

@ObjectType('SizeRange', { description: 'Smallest, median and largest value over all images.' })
class SizeRangeType implements SizeRange {
  @Field(() => Int, { description: 'Smallest side, in pixels.' })
  min!: number;

  @Field(() => Int, { description: 'Median side, in pixels.' })
  median!: number;

  @Field(() => Int, { description: 'Largest side, in pixels.' })
  max!: number;
}

@ObjectType('DuplicateCounts', { description: 'Number of groups of images that look the same.' })
class DuplicateCountsType implements DuplicateCounts {
  @Field(() => Int, { description: 'Groups with the same bytes.' })
  exact!: number;

  @Field(() => Int, { description: 'Groups that look almost the same.' })
  near!: number;

  @Field(() => Int, {
    description: 'Groups that reach from the training split into another one, which makes measured accuracy too high.',
  })
  leaks!: number;

  @Field(() => Int, { description: 'Groups whose images have different classes.' })
  labelConflicts!: number;
}

@ObjectType('ColumnValueCount', { description: 'A value of a column, and how many images have it.' })
class ValueCountType implements ValueCount {
  @Field(() => String, { description: 'The value.' })
  value!: string;

  @Field(() => Int, { description: 'Number of images that have it.' })
  images!: number;
}

@ObjectType('DatasetColumn', {
  description: 'A further column of the tables of labels that a dataset version comes from, such as the camera.',
})
class DatasetColumnType implements ColumnSummary {
  @Field(() => String, { description: 'Name of the column.' })
  name!: string;

  @Field(() => Int, { description: 'Number of different values.' })
  valueCount!: number;

  @Field(() => Int, { description: 'Number of images with a value.' })
  images!: number;

  @Field(() => [ValueCountType], { description: 'The ten most frequent values, the most frequent first.' })
  values!: readonly ValueCount[];
}

@ObjectType('DatasetStatistics', { description: 'Sizes, colors and duplicates of the images of a dataset version.' })
export class DatasetStatisticsType implements DatasetStatistics {
  @Field(() => SizeRangeType, { description: 'In pixels.' })
  width!: SizeRange;

  @Field(() => SizeRangeType, { description: 'In pixels.' })
  height!: SizeRange;

  @Field(() => SizeRangeType, { description: 'Size of an encoded image.' })
  bytes!: SizeRange;

  @Field(() => [Float], {
    nullable: true,
    description: 'Mean of red, green and blue, 0 to 255; each image has the same weight.',
  })
  mean!: readonly number[] | null;

  @Field(() => [Float], { nullable: true, description: 'Standard deviation of red, green and blue.' })
  deviation!: readonly number[] | null;

  @Field(() => Int, { description: 'Number of images without color.' })
  grey!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'Number of images of one color, in which there is nothing to see; null in versions from before it was counted.',
  })
  flat!: number | null;

  @Field(() => DuplicateCountsType, { description: 'Numbers of groups of duplicates.' })
  duplicates!: DuplicateCounts;

  @Field(() => [DatasetColumnType], {
    nullable: true,
    description:
      'The further columns of the table of labels, at most 32. Null in versions that were written before columns were kept: register the source again to have them.',
  })
  columns!: readonly ColumnSummary[] | null;
}
