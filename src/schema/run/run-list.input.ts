import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { Checked, list, NAME, number, text } from '../checked.js';
import { RunKind, RunState } from './run.type.js';
import { RunMetric, RunSortKey, SortDirection } from './run-list.type.js';

@InputType({ description: 'Runs that have the metric, within the bounds.' })
export class MetricRange {
  @Field(() => RunMetric)
  metric!: RunMetric;

  @Field(() => Float, { nullable: true })
  atLeast?: number | null;

  @Field(() => Float, { nullable: true })
  atMost?: number | null;
}

@InputType({ description: 'A run is in the list when all that is given here holds for it.' })
export class RunFilter {
  @Field(() => [RunState], { nullable: true, description: 'Any of them.' })
  states?: RunState[] | null;

  @Field(() => RunKind, { nullable: true })
  kind?: RunKind | null;

  @Field(() => String, { nullable: true, description: 'Name of the dataset.' })
  @Checked(text(1, 64))
  dataset?: string | null;

  @Field(() => Int, { nullable: true, description: 'Number of the dataset version; only together with its dataset.' })
  datasetVersion?: number | null;

  @Field(() => String, { nullable: true })
  @Checked(NAME)
  tag?: string | null;

  @Field(() => [MetricRange], { nullable: true, description: '10 at most.' })
  @Checked(list(0, 10))
  metrics?: MetricRange[] | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  createdFrom?: Date | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Itself not included.' })
  createdBefore?: Date | null;

  @Field(() => String, { nullable: true, description: 'Stands in its id or one of its tags; 100 characters at most.' })
  @Checked(text(0, 100))
  text?: string | null;
}

@InputType({
  description:
    'Runs without the metric come last in both directions; equal ones are in the same direction by their age.',
})
export class RunSort {
  @Field(() => RunSortKey, { defaultValue: RunSortKey.CREATED_AT })
  by!: RunSortKey;

  @Field(() => SortDirection, { defaultValue: SortDirection.DESCENDING })
  direction!: SortDirection;
}

@InputType()
export class RunPageInput {
  @Field(() => Int, { defaultValue: 50, description: '1 to 200.' })
  @Checked(number(1, 200))
  first!: number;

  @Field(() => ID, { nullable: true, description: '`next` of the page before, with the same filter and sort.' })
  @Checked(text(1, 500))
  after?: string | null;
}
