import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { RunState } from '../../domain/run/run.js';
import {
  type MetricRange,
  type RunFilter,
  RunGrouping,
  RunMetric,
  type RunSort,
  RunSortKey,
  SEARCH_WORDS,
  SortDirection,
} from '../../domain/run/run-list.js';
import { RunKind } from '../../training/recipe.js';
import { Checked, list, NAME, number, text } from '../checked.js';

@InputType('MetricRange', { description: 'Selects runs that have the metric, within inclusive bounds.' })
export class MetricRangeInput implements MetricRange {
  @Field(() => RunMetric, { description: 'Figure of the run that must be in the range.' })
  metric!: RunMetric;

  @Field(() => Float, { nullable: true, description: 'Smallest value; without it there is no lower bound.' })
  atLeast?: number | null;

  @Field(() => Float, { nullable: true, description: 'Largest value; without it there is no upper bound.' })
  atMost?: number | null;
}

@InputType('RunFilter', { description: 'Selects the runs that meet every given condition.' })
export class RunFilterInput implements RunFilter {
  @Field(() => [RunState], { nullable: true, description: 'Runs in any of these states.' })
  states?: readonly RunState[] | null;

  @Field(() => RunKind, { nullable: true, description: 'Runs of this kind.' })
  kind?: RunKind | null;

  @Field(() => String, { nullable: true, description: 'Name of the dataset.' })
  @Checked(text(1, 64))
  dataset?: string | null;

  @Field(() => Int, { nullable: true, description: 'Number of the dataset version; requires `dataset`.' })
  datasetVersion?: number | null;

  @Field(() => String, { nullable: true, description: 'Name of the backbone.' })
  @Checked(text(1, 64))
  backbone?: string | null;

  @Field(() => String, { nullable: true, description: 'Name of the token that started the run.' })
  @Checked(text(1, 64))
  owner?: string | null;

  @Field(() => ID, { nullable: true, description: 'The run of a sweep.' })
  @Checked(text(1, 64))
  sweepId?: string | null;

  @Field(() => RunGrouping, { nullable: true, description: 'Runs that belong to no group of this kind.' })
  without?: RunGrouping | null;

  @Field(() => String, { nullable: true, description: 'Runs that have this tag.' })
  @Checked(NAME)
  tag?: string | null;

  @Field(() => ID, { nullable: true, description: 'Runs of one pipeline: `pipelineId` of their `stage`.' })
  @Checked(text(1, 64))
  pipelineId?: string | null;

  @Field(() => [MetricRangeInput], { nullable: true, description: 'At most 10.' })
  @Checked(list(0, 10))
  metrics?: readonly MetricRangeInput[] | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Runs queued at this time or later.' })
  createdFrom?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Exclusive.' })
  createdBefore?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: `Words, at most ${SEARCH_WORDS} in 100 characters. Each must be part of the id, name, note, a tag, or the name of the owner, dataset, backbone or a model that has the run's weights.`,
  })
  @Checked(text(0, 100))
  text?: string | null;
}

@InputType('RunSort', {
  description:
    'Runs without the metric come last in both directions. Equal runs are sorted by age in the same direction.',
})
export class RunSortInput implements RunSort {
  @Field(() => RunSortKey, { defaultValue: RunSortKey.CREATED_AT, description: 'Figure to sort by.' })
  by!: RunSortKey;

  @Field(() => SortDirection, {
    defaultValue: SortDirection.DESCENDING,
    description: 'Direction of the sort.',
  })
  direction!: SortDirection;
}

@InputType({ description: 'A page of a list.' })
export class RunPageInput {
  @Field(() => Int, { defaultValue: 50, description: '1 to 200.' })
  @Checked(number(1, 200))
  first!: number;

  @Field(() => ID, { nullable: true, description: '`next` of the previous page, with the same filter and sort.' })
  @Checked(text(1, 500))
  after?: string | null;
}

@InputType({ description: 'A part of a table of runs.' })
export class RunTablePartInput {
  @Field(() => Int, { defaultValue: 1000, description: '1 to 1000.' })
  @Checked(number(1, 1000))
  first!: number;

  @Field(() => ID, { nullable: true, description: '`next` of the previous part, with the same filter and sort.' })
  @Checked(text(1, 500))
  after?: string | null;
}
