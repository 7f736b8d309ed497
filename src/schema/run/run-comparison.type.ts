import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ObjectType } from 'type-graphql';
import type { MetricComparison, RecipeDifference, RunComparison } from '../../domain/run/run-comparison.js';
import { RunType } from './run.type.js';

@ObjectType('RecipeDifference', { description: 'A field in which the recipes differ.' })
export class RecipeDifferenceType implements RecipeDifference {
  @Field(() => String, { description: 'Name of the setting.' })
  name!: string;

  @Field(() => [GraphQLJSON], { nullable: 'items', description: 'One per run.' })
  values!: readonly unknown[];
}

@ObjectType('MetricComparison', { description: 'One figure of all compared runs.' })
export class MetricComparisonType implements MetricComparison {
  @Field(() => String, { description: 'Name of the figure.' })
  name!: string;

  @Field(() => [Float], { nullable: 'items', description: 'One per run; null for a run without this figure.' })
  values!: readonly (number | null)[];

  @Field(() => [Float], { nullable: 'items', description: 'Difference from the first run.' })
  deltas!: readonly (number | null)[];
}

@ObjectType('RunComparison', { description: 'Several runs side by side, in the requested order.' })
export class RunComparisonType implements RunComparison {
  @Field(() => [RunType], { description: 'Their `epochs` hold the learning curves.' })
  runs!: readonly RunType[];

  @Field(() => [RecipeDifferenceType], { description: 'Recipe fields whose values differ.' })
  recipe!: readonly RecipeDifferenceType[];

  @Field(() => Boolean, { description: 'Whether images, classes and splits are the same.' })
  sameData!: boolean;

  @Field(() => Boolean, {
    description: 'Whether the backbone is the same; false if a run has not resolved its backbone yet.',
  })
  sameBackbone!: boolean;

  @Field(() => Boolean, {
    description: 'Whether engine, version, device and threads are the same; false if a run has not started yet.',
  })
  sameEngine!: boolean;

  @Field(() => [MetricComparisonType], { description: 'The figures of the runs, side by side.' })
  metrics!: readonly MetricComparisonType[];
}
