import { GraphQLDateTimeISO, GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { RunState } from '../../domain/run/run.js';
import {
  type Sweep,
  SweepMethod,
  type SweepPage,
  type SweepSummary,
  type SweepTrial,
  TrialState,
} from '../../domain/sweep/sweep.js';
import { SweepMetric } from '../../training/epoch-metrics.js';
import { Scale } from '../../training/recipe.js';
import type { SearchParameter, TrialValues } from '../../training/search-space.js';
import { DatasetVersionType } from '../dataset/dataset.type.js';
import { EpochType, RecipeType, RunErrorType } from '../run/run.type.js';

registerEnumType(SweepMethod, {
  name: 'SweepMethod',
  description: 'GRID tries every combination of listed values; RANDOM draws as many as it is told to.',
});

registerEnumType(SweepMetric, { name: 'SweepMetric', description: 'Of the epoch that a trial would keep.' });

registerEnumType(TrialState, {
  name: 'TrialState',
  description: 'QUEUED until it has ended. STOPPED by the median rule; FAILED when its numbers ran away.',
});

@ObjectType('SweepParameter', { description: 'What is tried of a hyperparameter.' })
export class SweepParameterType implements SearchParameter {
  @Field(() => String)
  name!: string;

  @Field(() => [GraphQLJSON], { nullable: true })
  values?: readonly unknown[] | null;

  @Field(() => Float, { nullable: true })
  min?: number | null;

  @Field(() => Float, { nullable: true })
  max?: number | null;

  @Field(() => Scale, { nullable: true })
  scale?: Scale | null;
}

@ObjectType('SweepTrial', { description: 'One training of a sweep. It never looks at the test split.' })
export class SweepTrialType implements SweepTrial {
  @Field(() => Int, { description: 'From 1.' })
  number!: number;

  @Field(() => GraphQLJSONObject, { description: "In what it differs from the sweep's recipe." })
  values!: TrialValues;

  @Field(() => RecipeType)
  recipe!: RecipeType;

  @Field(() => TrialState)
  state!: TrialState;

  @Field(() => [EpochType])
  epochs!: readonly EpochType[];

  @Field(() => Int, { nullable: true, description: 'The epoch that it would keep.' })
  keptEpoch!: number | null;

  @Field(() => Float, { nullable: true, description: 'Of that epoch.' })
  validationAccuracy!: number | null;

  @Field(() => Float, { nullable: true })
  validationLoss!: number | null;

  @Field(() => Float, { nullable: true })
  seconds!: number | null;

  @Field(() => String, { nullable: true, description: 'Why it did not train to its end.' })
  reason!: string | null;
}

@ObjectType('SweepSummary', { description: 'What a list tells of a sweep.' })
export class SweepSummaryType implements SweepSummary {
  @Field(() => ID)
  id!: string;

  @Field(() => RunState)
  state!: RunState;

  @Field(() => DatasetVersionType)
  datasetVersion!: DatasetVersionType;

  @Field(() => String)
  backboneName!: string;

  @Field(() => SweepMethod)
  method!: SweepMethod;

  @Field(() => SweepMetric)
  metric!: SweepMetric;

  @Field(() => ID, { nullable: true, description: 'The run that was made of the best trial, with figures of its own.' })
  runId!: string | null;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  endedAt!: Date | null;
}

@ObjectType('Sweep', { description: 'Many trainings of a head that differ in some hyperparameters.' })
export class SweepType extends SweepSummaryType implements Sweep {
  @Field(() => RecipeType, { description: 'What all trials have but for their values.' })
  recipe!: RecipeType;

  @Field(() => [SweepParameterType])
  parameters!: readonly SweepParameterType[];

  @Field(() => Int, { description: 'Of what is drawn at random.' })
  seed!: number;

  @Field(() => Boolean)
  stopEarly!: boolean;

  @Field(() => [SweepTrialType], { description: 'In the order in which they are made.' })
  trials!: readonly SweepTrialType[];

  @Field(() => Int, { description: 'How many have ended.' })
  endedTrials!: number;

  @Field(() => SweepTrialType, { nullable: true, description: 'The best one so far.' })
  best!: SweepTrialType | null;

  @Field(() => RunErrorType, { nullable: true })
  error!: RunErrorType | null;
}

@ObjectType('SweepPage', { description: 'A page of sweeps, newest first.' })
export class SweepPageType implements SweepPage {
  @Field(() => [SweepSummaryType])
  sweeps!: readonly SweepSummaryType[];

  @Field(() => ID, { nullable: true, description: 'Give it as `after` to get the next page; null on the last.' })
  next!: string | null;
}
