import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, InputType, Int } from 'type-graphql';
import { SweepMethod } from '../../domain/sweep/sweep.js';
import type { SweepRequest } from '../../domain/sweep/sweep-service.js';
import { SweepMetric } from '../../training/epoch-metrics.js';
import { Scale } from '../../training/recipe.js';
import type { SearchParameter } from '../../training/search-space.js';
import { Checked, list, number, text } from '../checked.js';
import { StartTransferRunInput } from '../run/run.input.js';

@InputType({ description: 'The values to try for one hyperparameter: either `values`, or `min` and `max`.' })
export class SweepParameterInput implements SearchParameter {
  @Field(() => String, {
    description: 'Name of a hyperparameter that may differ in a sweep; `hyperparameters` lists them.',
  })
  @Checked(text(1, 64))
  name!: string;

  @Field(() => [GraphQLJSON], { nullable: true, description: '1 to 100 values; a RANDOM sweep draws from them.' })
  @Checked(list(0, 100))
  values?: readonly unknown[] | null;

  @Field(() => Float, { nullable: true, description: 'Smallest value of a range.' })
  min?: number | null;

  @Field(() => Float, { nullable: true, description: 'Largest value of a range.' })
  max?: number | null;

  @Field(() => Scale, {
    defaultValue: Scale.LINEAR,
    description: 'Scale on which values between `min` and `max` are drawn.',
  })
  scale!: Scale;
}

@InputType({ description: 'The hyperparameters to search, and the settings that all trials share.' })
export class StartSweepInput implements SweepRequest {
  @Field(() => StartTransferRunInput, { description: 'Common settings of all trials.' })
  base!: StartTransferRunInput;

  @Field(() => SweepMethod, { description: 'Whether to train all combinations or random draws.' })
  method!: SweepMethod;

  @Field(() => [SweepParameterInput], { description: '1 to 10 hyperparameters.' })
  @Checked(list(1, 10))
  parameters!: SweepParameterInput[];

  @Field(() => Int, {
    nullable: true,
    description: 'Number of trials of a RANDOM sweep, 1 to 1000. A GRID has one per combination.',
  })
  @Checked(number(1, 1000))
  runs?: number | null;

  @Field(() => Int, { defaultValue: 1, description: 'Seed of the random draws, 0 to 2147483647.' })
  @Checked(number(0, 2 ** 31 - 1))
  seed!: number;

  @Field(() => SweepMetric, {
    defaultValue: SweepMetric.VALIDATION_ACCURACY,
    description: 'The metric that ranks the trials.',
  })
  metric!: SweepMetric;

  @Field(() => Boolean, {
    defaultValue: true,
    description:
      'Whether to stop a trial early when its best value is worse than the median of the other trials, each taken as its mean up to the same epoch.',
  })
  stopEarly!: boolean;
}
