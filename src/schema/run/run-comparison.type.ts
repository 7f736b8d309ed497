import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ObjectType } from 'type-graphql';
import type { MetricComparison, RecipeDifference, RunComparison } from '../../domain/run/run-comparison.js';
import { RunType } from './run.type.js';

@ObjectType('RecipeDifference', { description: 'A field in which the recipes of runs differ.' })
export class RecipeDifferenceType implements RecipeDifference {
  @Field(() => String)
  name!: string;

  @Field(() => [GraphQLJSON], { nullable: 'items', description: 'One for each run.' })
  values!: readonly unknown[];
}

@ObjectType('MetricComparison', { description: 'A figure of several runs side by side.' })
export class MetricComparisonType implements MetricComparison {
  @Field(() => String)
  name!: string;

  @Field(() => [Float], { nullable: 'items', description: 'One for each run; null where it has none.' })
  values!: readonly (number | null)[];

  @Field(() => [Float], { nullable: 'items', description: 'Less that of the first run.' })
  deltas!: readonly (number | null)[];
}

@ObjectType('RunComparison', { description: 'Several runs side by side, in the order in which they were asked for.' })
export class RunComparisonType implements RunComparison {
  @Field(() => [RunType], { description: 'Their `epochs` are the curves.' })
  runs!: readonly RunType[];

  @Field(() => [RecipeDifferenceType], { description: 'Fields of the recipe that are not the same in all.' })
  recipe!: readonly RecipeDifferenceType[];

  @Field(() => Boolean, { description: 'Whether all have the same images, classes and splits.' })
  sameData!: boolean;

  @Field(() => Boolean, { description: 'Whether all have the same backbone; false as well where one has none yet.' })
  sameBackbone!: boolean;

  @Field(() => Boolean, { description: 'Whether engine, version, device and threads are the same.' })
  sameEngine!: boolean;

  @Field(() => [MetricComparisonType])
  metrics!: readonly MetricComparisonType[];
}
