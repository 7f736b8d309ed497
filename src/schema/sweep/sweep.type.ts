import { GraphQLDateTimeISO, GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DatasetVersionType } from '../dataset/dataset.type.js';
import { Scale } from '../recipe/recipe.type.js';
import { EpochType, RecipeType, RunError, RunState } from '../run/run.type.js';

export enum SweepMethod {
  GRID = 'GRID',
  RANDOM = 'RANDOM',
}
registerEnumType(SweepMethod, {
  name: 'SweepMethod',
  description: 'GRID tries every combination of listed values; RANDOM draws as many as it is told to.',
});

export enum SweepMetric {
  VALIDATION_ACCURACY = 'VALIDATION_ACCURACY',
  VALIDATION_LOSS = 'VALIDATION_LOSS',
}
registerEnumType(SweepMetric, { name: 'SweepMetric', description: 'Of the epoch that a trial would keep.' });

export enum TrialState {
  QUEUED = 'QUEUED',
  SUCCEEDED = 'SUCCEEDED',
  STOPPED = 'STOPPED',
  FAILED = 'FAILED',
  CANCELLED = 'CANCELLED',
}
registerEnumType(TrialState, {
  name: 'TrialState',
  description: 'QUEUED until it has ended. STOPPED by the median rule; FAILED when its numbers ran away.',
});

@ObjectType('SweepParameter', { description: 'What is tried of a hyperparameter.' })
export class SweepParameterType {
  @Field(() => String)
  name!: string;

  @Field(() => [GraphQLJSON], { nullable: true })
  values!: unknown[] | null;

  @Field(() => Float, { nullable: true })
  min!: number | null;

  @Field(() => Float, { nullable: true })
  max!: number | null;

  @Field(() => Scale, { nullable: true })
  scale!: `${Scale}` | null;
}

@ObjectType('SweepTrial', { description: 'One training of a sweep. It never looks at the test split.' })
export class SweepTrialType {
  @Field(() => Int, { description: 'From 1.' })
  number!: number;

  @Field(() => GraphQLJSONObject, { description: "In what it differs from the sweep's recipe." })
  values!: object;

  @Field(() => RecipeType)
  recipe!: RecipeType;

  @Field(() => TrialState)
  state!: `${TrialState}`;

  @Field(() => [EpochType])
  epochs!: EpochType[];

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
export class SweepSummaryType {
  @Field(() => ID)
  id!: string;

  @Field(() => RunState)
  state!: `${RunState}`;

  @Field(() => DatasetVersionType)
  datasetVersion!: DatasetVersionType;

  @Field(() => String)
  backboneName!: string;

  @Field(() => SweepMethod)
  method!: `${SweepMethod}`;

  @Field(() => SweepMetric)
  metric!: `${SweepMetric}`;

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
export class SweepType extends SweepSummaryType {
  @Field(() => RecipeType, { description: 'What all trials have but for their values.' })
  recipe!: RecipeType;

  @Field(() => [SweepParameterType])
  parameters!: SweepParameterType[];

  @Field(() => Int, { description: 'Of what is drawn at random.' })
  seed!: number;

  @Field(() => Boolean)
  stopEarly!: boolean;

  @Field(() => [SweepTrialType], { description: 'In the order in which they are made.' })
  trials!: SweepTrialType[];

  @Field(() => Int, { description: 'How many have ended.' })
  endedTrials!: number;

  @Field(() => SweepTrialType, { nullable: true, description: 'The best one so far.' })
  best!: SweepTrialType | null;

  @Field(() => RunError, { nullable: true })
  error!: RunError | null;
}

@ObjectType({ description: 'A page of sweeps, newest first.' })
export class SweepPage {
  @Field(() => [SweepSummaryType])
  sweeps!: SweepSummaryType[];

  @Field(() => ID, { nullable: true, description: 'Give it as `after` to get the next page; null on the last.' })
  next!: string | null;
}
