import { GraphQLDateTime, GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Owner } from '../../domain/owner.js';
import { RunState } from '../../domain/run/run.js';
import { type Sweep, SweepMethod, type SweepSummary, type SweepTrial, TrialState } from '../../domain/sweep/sweep.js';
import type { HyperparameterImportance, SweepImportance } from '../../domain/sweep/sweep-importance.js';
import { SweepMetric } from '../../training/epoch-metrics.js';
import { Scale } from '../../training/recipe.js';
import type { SearchParameter, TrialValues } from '../../training/search-space.js';
import { connectionTo, OLD_PAGE } from '../connection.js';
import { DatasetVersionType } from '../dataset/dataset.type.js';
import { NodeType } from '../node/node.type.js';
import { OWNER, OwnerType } from '../owner.type.js';
import { EpochType, RunErrorType } from '../run/run.type.js';
import { RecipeType } from '../run/run-recipe.type.js';

registerEnumType(SweepMethod, {
  name: 'SweepMethod',
  description: 'How the trials of a sweep are chosen.',
  valuesConfig: {
    GRID: { description: 'All combinations of the listed values.' },
    RANDOM: { description: 'A given number of random draws from ranges and lists.' },
  },
});

registerEnumType(SweepMetric, {
  name: 'SweepMetric',
  description: 'The metric that trials are compared by, at the epoch that each would keep.',
  valuesConfig: {
    VALIDATION_ACCURACY: { description: 'Highest validation accuracy.' },
    VALIDATION_LOSS: { description: 'Lowest validation loss.' },
  },
});

registerEnumType(TrialState, {
  name: 'TrialState',
  description: 'How a trial ended.',
  valuesConfig: {
    CANCELLED: { description: 'Canceled with its sweep.' },
    FAILED: { description: 'Training diverged, or failed otherwise; `reason` says why.' },
    QUEUED: { description: 'Not ended yet.' },
    STOPPED: { description: 'Stopped early by the median rule.' },
    SUCCEEDED: { description: 'Trained to its end.' },
  },
});

@ObjectType('SweepParameter', { description: 'The values that a sweep tries for one hyperparameter.' })
export class SweepParameterType implements SearchParameter {
  @Field(() => String, { description: 'Name of the hyperparameter.' })
  name!: string;

  @Field(() => [GraphQLJSON], { nullable: true, description: 'The listed values; null for a range.' })
  values?: readonly unknown[] | null;

  @Field(() => Float, { nullable: true, description: 'Smallest value of a range; null for listed values.' })
  min?: number | null;

  @Field(() => Float, { nullable: true, description: 'Largest value of a range; null for listed values.' })
  max?: number | null;

  @Field(() => Scale, {
    nullable: true,
    description: 'Scale on which values are drawn from the range; null for listed values.',
  })
  scale?: Scale | null;
}

@ObjectType('SweepTrial', { description: 'One training of a sweep. It never reads the test split.' })
export class SweepTrialType implements SweepTrial {
  @Field(() => Int, { description: 'From 1.' })
  number!: number;

  @Field(() => GraphQLJSONObject, { description: "Overrides of the sweep's recipe." })
  values!: TrialValues;

  @Field(() => RecipeType, { description: 'All its settings.' })
  recipe!: RecipeType;

  @Field(() => TrialState, { description: 'State of the trial.' })
  state!: TrialState;

  @Field(() => [EpochType], { description: 'Its epochs so far.' })
  epochs!: readonly EpochType[];

  @Field(() => Int, { nullable: true, description: 'The epoch that this trial would keep.' })
  keptEpoch!: number | null;

  @Field(() => Float, { nullable: true, description: 'Accuracy at the kept epoch.' })
  validationAccuracy!: number | null;

  @Field(() => Float, { nullable: true, description: 'Loss at the kept epoch, in nats; null before its first epoch.' })
  validationLoss!: number | null;

  @Field(() => Float, { nullable: true, description: 'Duration of its training, in seconds; null before its end.' })
  seconds!: number | null;

  @Field(() => String, { nullable: true, description: 'Reason why the trial was stopped or failed.' })
  reason!: string | null;
}

@ObjectType('SweepSummary', { description: 'A sweep without its trials, for lists.' })
export class SweepSummaryType implements SweepSummary {
  @Field(() => ID, { description: 'Id of the sweep.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'Its run gets the same name.' })
  name!: string | null;

  @Field(() => String, { nullable: true, description: 'Its run gets the same note.' })
  note!: string | null;

  @Field(() => RunState, { description: 'State of the sweep.' })
  state!: RunState;

  @Field(() => DatasetVersionType, { description: 'The dataset version that it trains on.' })
  datasetVersion!: DatasetVersionType;

  @Field(() => String, { description: 'Name of the backbone.' })
  backboneName!: string;

  @Field(() => SweepMethod, { description: 'How the values of its trials were chosen.' })
  method!: SweepMethod;

  @Field(() => SweepMetric, { description: 'Figure that decides which trial is best.' })
  metric!: SweepMetric;

  @Field(() => ID, {
    nullable: true,
    description: 'The run that repeats the best trial in full, with figures of its own.',
  })
  runId!: string | null;

  @Field(() => OwnerType, { nullable: true, description: OWNER })
  owner!: Owner | null;

  @Field(() => GraphQLDateTime, { description: 'Time at which it was queued.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time at which it began to run; null before.' })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time of its end; null before.' })
  endedAt!: Date | null;
}

@ObjectType('Sweep', { implements: NodeType, description: 'A search over hyperparameters: many trainings of a head.' })
export class SweepType extends SweepSummaryType implements Sweep {
  @Field(() => RecipeType, { description: 'Common recipe of all trials; each overrides it with its values.' })
  recipe!: RecipeType;

  @Field(() => [SweepParameterType], { description: 'The hyperparameters that its trials differ in.' })
  parameters!: readonly SweepParameterType[];

  @Field(() => Int, { description: 'Seed of the random draws.' })
  seed!: number;

  @Field(() => Boolean, { description: 'Whether trials that fall behind are stopped.' })
  stopEarly!: boolean;

  @Field(() => [SweepTrialType], { description: 'In the order of their numbers, which is the order of training.' })
  trials!: readonly SweepTrialType[];

  @Field(() => Int, {
    description: 'Number of trials that have ended: those that failed included, those that were canceled not.',
  })
  endedTrials!: number;

  @Field(() => SweepTrialType, { nullable: true, description: 'The best trial so far.' })
  best!: SweepTrialType | null;

  @Field(() => RunErrorType, { nullable: true, description: 'Why it failed; null if it did not.' })
  error!: RunErrorType | null;
}

@ObjectType('HyperparameterImportance', { description: 'How much a hyperparameter of a sweep decides.' })
export class HyperparameterImportanceType implements HyperparameterImportance {
  @Field(() => String, { description: 'Name of the hyperparameter.' })
  name!: string;

  @Field(() => Float, { description: 'Share of the importance of all hyperparameters of the sweep, 0 to 1.' })
  importance!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      "Spearman's rank correlation with the metric, -1 to 1; positive where higher values give better trials. Null for values that are not numbers, or are all equal.",
  })
  correlation!: number | null;
}

@ObjectType('SweepImportance', {
  description:
    'Permutation importance: 64 regression trees predict the rank of a trial from its values; importance is how much their error on trials which they have not seen grows when the values of one hyperparameter are shuffled (Breiman, 2001).',
})
export class SweepImportanceType implements SweepImportance {
  @Field(() => Int, {
    description: 'Number of trials on which it is based: all that have ended. A trial that failed counts as the worst.',
  })
  trials!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the variance of ranks that the trees predict; 0 or less for none. Null without trees.',
  })
  explained!: number | null;

  @Field(() => [HyperparameterImportanceType], { description: 'Most important first; empty where `note` says why.' })
  parameters!: readonly HyperparameterImportanceType[];

  @Field(() => String, { nullable: true, description: 'Why it is missing or weak; null if it is neither.' })
  note!: string | null;
}

@ObjectType('SweepConnection', { description: 'A page of sweeps, newest first.' })
export class SweepConnectionType extends connectionTo('SweepSummary', () => SweepSummaryType) {
  @Field(() => [SweepSummaryType], OLD_PAGE.items)
  get sweeps(): readonly SweepSummaryType[] {
    return this.nodes;
  }

  @Field(() => ID, { nullable: true, ...OLD_PAGE.next })
  get next(): string | null {
    return this.nextCursor;
  }
}
