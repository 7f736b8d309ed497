import type { Logger } from 'pino';
import type { TaskEnd } from '../training/job.js';
import type { Chore, Events, Finished, QueuedKind, Tasks } from './job-kinds.js';
import type { HeldJobs, WaitingJob } from './queue.js';

/** Thrown when another process has claimed the row, or its state has changed. Nothing was written. */
export class ClaimLost extends Error {}

/** Thrown by `record` after it has replaced the job with others, in the transaction that wrote them. */
export class HandedOn extends Error {}

/** A claim on the row of a job. */
export interface Claim {
  readonly id: string;
  /** Aborted when the job is cancelled or the hub stops. */
  readonly signal: AbortSignal;
  /** Its lines name the job. */
  readonly log: Logger;
}

/** Reads and writes the rows of one job kind. Handlers know no processes; the runner knows no tables. */
export interface JobHandler<K extends QueuedKind> {
  /**
   * The jobs that the rows need. Called at the start of a process. A row that is marked as running and has no job was left
   * behind by a process that ended: it waits again.
   */
  waiting(held: HeldJobs): Promise<readonly WaitingJob[]>;
  /** Claims the row and reads it. @returns null when nothing is left to do. */
  take(claim: Claim): Promise<JobInHand<K> | null>;
}

/** A job whose row is claimed. Writes throw ClaimLost once another process has claimed the row. */
export interface JobInHand<K extends QueuedKind> {
  /** Makes the worker's task. @returns the end instead when no work is left for a worker. */
  load(): Promise<Tasks[K] | Finished<K>>;
  /** Writes an event that the worker reported. */
  record(event: Exclude<Events[K], Finished<K> | TaskEnd>): Promise<void>;
  /** Writes the end of the job. */
  end(end: Finished<K> | TaskEnd): Promise<void>;
  /** Writes that the job waits again, because this process stops. */
  interrupt(): Promise<void>;
}

/** Handler of a job kind without a worker. */
export interface ChoreHandler {
  waiting(): Promise<readonly WaitingJob[]>;
  /** Does the work. @returns when to repeat it; undefined when it is done. */
  perform(id: string, signal: AbortSignal): Promise<Date | undefined>;
}

export type JobHandlers = { readonly [K in QueuedKind]: JobHandler<K> } & { readonly [C in Chore]: ChoreHandler };
