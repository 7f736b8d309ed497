import { RunState } from '../../storage/enums.js';
import type { Phase } from '../../training/job.js';
import type { Recipe, RunKind } from '../../training/recipe.js';
import type { Backbone } from '../backbone/backbone.js';
import type { DatasetVersion } from '../dataset/dataset-version.js';
import type { Owner } from '../owner.js';
import type { EngineRecord, EnvironmentRecord, Reproduction } from './provenance.js';

export { RunState };

/** One training of one recipe on one dataset version. */
export interface Run {
  readonly id: string;
  readonly name: string | null;
  readonly note: string | null;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly datasetVersion: DatasetVersion;
  /** Name of the requested backbone. */
  readonly backboneName: string;
  /** Null until the run has resolved its backbone. */
  readonly backbone: Backbone | null;
  /** The run that a fine-tune run starts from. */
  readonly parentRunId: string | null;
  readonly recipe: Recipe;
  /** Null until a worker has reported it. */
  readonly engine: EngineRecord | null;
  readonly environment: EnvironmentRecord | null;
  /** The sweep whose best trial this run repeats in full. */
  readonly sweepId: string | null;
  /** Its place in a pipeline; null for a run that was started alone. */
  readonly stage: RunStage | null;
  readonly reproductionOfId: string | null;
  readonly reproduction: Reproduction | null;
  /** From 1. */
  readonly keptEpoch: number | null;
  /** From 0 to 1. */
  readonly testAccuracy: number | null;
  /** In nats. */
  readonly testLoss: number | null;
  readonly confusion: ConfusionMatrix | null;
  readonly seconds: RunSeconds | null;
  readonly peakMemoryBytes: number | null;
  /** Accuracy of the kept epoch, from 0 to 1; until the run has ended, of the epoch that it would keep now. */
  readonly validationAccuracy: number | null;
  /** Loss of the same epoch, in nats. */
  readonly validationLoss: number | null;
  /** Highest of all epochs so far, whichever is kept. */
  readonly bestValidationAccuracy: number | null;
  /** Lowest of all epochs so far, in nats. */
  readonly bestValidationLoss: number | null;
  /** Total of the epochs so far. */
  readonly epochSeconds: number | null;
  readonly error: RunError | null;
  /** Sorted. */
  readonly tags: readonly string[];
  /** Number of resumes after a failure or a cancellation. */
  readonly resumes: number;
  /** Null in runs that were started before owners were stored. */
  readonly owner: Owner | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** The place of a run in a pipeline. */
export interface RunStage {
  /** Common to the runs that were queued with it. */
  readonly pipelineId: string;
  /** Name of the pipeline. */
  readonly pipeline: string;
  /** From 1. */
  readonly number: number;
  /** Number of stages. */
  readonly of: number;
}

/** `counts[i][j]` test images of class i were predicted as class j. */
export interface ConfusionMatrix {
  readonly labels: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/** Seconds of a finished run by phase. */
export type RunSeconds = Readonly<Record<Phase, number>>;

/** The reason for a failure. */
export interface RunError {
  readonly code: string;
  readonly message: string;
}
