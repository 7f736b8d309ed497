import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ObjectType } from 'type-graphql';
import { RunType } from './run.type.js';

@ObjectType({ description: 'A field in which the recipes of runs differ.' })
export class RecipeDifference {
  @Field(() => String)
  name!: string;

  @Field(() => [GraphQLJSON], { nullable: 'items', description: 'One for each run.' })
  values!: unknown[];
}

@ObjectType({ description: 'A figure of several runs side by side.' })
export class MetricComparison {
  @Field(() => String)
  name!: string;

  @Field(() => [Float], { nullable: 'items', description: 'One for each run; null where it has none.' })
  values!: (number | null)[];

  @Field(() => [Float], { nullable: 'items', description: 'Less that of the first run.' })
  deltas!: (number | null)[];
}

@ObjectType('RunComparison', { description: 'Several runs side by side, in the order in which they were asked for.' })
export class RunComparisonType {
  @Field(() => [RunType], { description: 'Their `epochs` are the curves.' })
  runs!: RunType[];

  @Field(() => [RecipeDifference], { description: 'Fields of the recipe that are not the same in all.' })
  recipe!: RecipeDifference[];

  @Field(() => Boolean, { description: 'Whether all have the same images, classes and splits.' })
  sameData!: boolean;

  @Field(() => Boolean, { description: 'Whether all have the same backbone; false as well where one has none yet.' })
  sameBackbone!: boolean;

  @Field(() => Boolean, { description: 'Whether engine, version, device and threads are the same.' })
  sameEngine!: boolean;

  @Field(() => [MetricComparison])
  metrics!: MetricComparison[];
}
