import { RunEventKind } from '../../storage/enums.js';
import type { EpochMetrics } from '../../training/epoch-metrics.js';
import { Phase } from '../../training/job.js';
import type { SystemUse } from '../../training/system-use.js';
import type { RunState } from './run.js';

export { RunEventKind };

export const RunPhase = { BACKBONE: 'backbone', ...Phase } as const;
export type RunPhase = (typeof RunPhase)[keyof typeof RunPhase];

/** Progress of a run in its current phase. */
export interface RunProgress {
  readonly phase: RunPhase;
  /** Images or bytes. */
  readonly done: number;
  readonly total: number;
  /** Estimated from the rate so far in this phase. */
  readonly secondsLeft: number | null;
}

/** One numbered fact about a run, with the field that its kind names. */
export interface RunEvent {
  readonly runId: string;
  /** From 1. Progress that later progress in its phase replaces is deleted, which leaves gaps. */
  readonly number: number;
  readonly kind: RunEventKind;
  readonly at: Date;
  /** The state from this event on. */
  readonly state?: RunState;
  /** The epoch that has ended. */
  readonly epoch?: EpochMetrics;
  /** A line of the log. */
  readonly message?: string;
  readonly progress?: RunProgress;
  readonly system?: SystemUse;
}

/** A line of a run's log: an event of kind LOG. */
export interface LogLine {
  readonly number: number;
  readonly at: Date;
  readonly message: string;
}
