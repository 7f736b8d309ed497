import { Field, ObjectType } from 'type-graphql';
import { RunType } from './run.type.js';
import { MetricComparison, RecipeDifference } from './run-record.type.js';

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
