import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, InputType, Int } from 'type-graphql';
import { SweepMethod } from '../../domain/sweep/sweep.js';
import { SweepMetric } from '../../training/epoch-metrics.js';
import { Scale } from '../../training/recipe.js';
import type { SearchParameter } from '../../training/search-space.js';
import { Checked, list, number, text } from '../checked.js';
import { StartTransferRunInput } from '../run/run.input.js';

@InputType({ description: 'Either `values`, or `min` and `max`.' })
export class SweepParameterInput implements SearchParameter {
  @Field(() => String, { description: 'Of a hyperparameter that can differ in a sweep; `hyperparameters` says which.' })
  @Checked(text(1, 64))
  name!: string;

  @Field(() => [GraphQLJSON], { nullable: true, description: '1 to 100; a RANDOM sweep draws from them.' })
  @Checked(list(0, 100))
  values?: readonly unknown[] | null;

  @Field(() => Float, { nullable: true })
  min?: number | null;

  @Field(() => Float, { nullable: true })
  max?: number | null;

  @Field(() => Scale, { defaultValue: Scale.LINEAR, description: 'How values between `min` and `max` are drawn.' })
  scale!: Scale;
}

@InputType()
export class StartSweepInput {
  @Field(() => StartTransferRunInput, { description: 'What all trials have but for what is tried.' })
  base!: StartTransferRunInput;

  @Field(() => SweepMethod)
  method!: SweepMethod;

  @Field(() => [SweepParameterInput], { description: '1 to 10.' })
  @Checked(list(1, 10))
  parameters!: SweepParameterInput[];

  @Field(() => Int, {
    nullable: true,
    description: 'Trials of a RANDOM sweep, 1 to 1000; a GRID has as many as it has.',
  })
  @Checked(number(1, 1000))
  runs?: number | null;

  @Field(() => Int, { defaultValue: 1, description: 'Of what is drawn at random, 0 to 2147483647.' })
  @Checked(number(0, 2 ** 31 - 1))
  seed!: number;

  @Field(() => SweepMetric, {
    defaultValue: SweepMetric.VALIDATION_ACCURACY,
    description: 'By what the best is chosen.',
  })
  metric!: SweepMetric;

  @Field(() => Boolean, {
    defaultValue: true,
    description:
      'Whether a trial is stopped when its best value is worse than the median of the means of the others up to the same epoch.',
  })
  stopEarly!: boolean;
}
