import { SweepMethod, TrialState } from '../../storage/enums.js';
import type { EpochMetrics, SweepMetric } from '../../training/epoch-metrics.js';
import type { Recipe } from '../../training/recipe.js';
import type { SearchParameter, TrialValues } from '../../training/search-space.js';
import type { Owner } from '../owner.js';
import type { Run, RunError, RunState } from '../run/run.js';

export { SweepMethod, TrialState };

/** A sweep without its trials, for lists. */
export interface SweepSummary {
  readonly id: string;
  /** Of its run, as is the note. */
  readonly name: string | null;
  readonly note: string | null;
  readonly state: RunState;
  readonly datasetVersion: Run['datasetVersion'];
  readonly backboneName: string;
  readonly method: SweepMethod;
  readonly metric: SweepMetric;
  /** The run made from the best trial. */
  readonly runId: string | null;
  /** Null in sweeps that were started before owners were stored. */
  readonly owner: Owner | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** A search over hyperparameters: many trainings of a head on features that are computed once. */
export interface Sweep extends SweepSummary {
  /** Common recipe of all trials; each overrides it with its values. */
  readonly recipe: Recipe;
  readonly parameters: readonly SearchParameter[];
  /** Seed of the random draws. */
  readonly seed: number;
  /** Whether trials that cannot win are stopped. */
  readonly stopEarly: boolean;
  /** In the order of their numbers. */
  readonly trials: readonly SweepTrial[];
  /** Without those that were canceled. */
  readonly endedTrials: number;
  /** The best trial so far. */
  readonly best: SweepTrial | null;
  readonly error: RunError | null;
}

/** One training of a sweep. It never reads the test split. */
export interface SweepTrial {
  /** From 1. */
  readonly number: number;
  /** Overrides of the sweep's recipe. */
  readonly values: TrialValues;
  readonly recipe: Recipe;
  readonly state: TrialState;
  readonly epochs: readonly EpochMetrics[];
  /** The epoch that this trial would keep. */
  readonly keptEpoch: number | null;
  /** Of the kept epoch, as is the loss. */
  readonly validationAccuracy: number | null;
  readonly validationLoss: number | null;
  readonly seconds: number | null;
  /** Why the trial was stopped or failed. */
  readonly reason: string | null;
}
