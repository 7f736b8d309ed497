import type { Logger } from 'pino';
import type { TaskEnd } from '../training/job.js';
import type { Chore, Events, Finished, QueuedKind, Tasks } from './job-kinds.js';
import type { WaitingJob } from './queue.js';

/** Another process has claimed the row, or its state has changed: nothing was written. */
export class ClaimLost extends Error {}

/** A claim on the row of a job. */
export interface Claim {
  readonly id: string;
  /** Aborted when the job is cancelled or the hub stops. */
  readonly signal: AbortSignal;
  /** Names the job. */
  readonly log: Logger;
}

/** What a kind of jobs does with its rows. It knows no process; the runner knows no table. */
export interface JobHandler<K extends QueuedKind> {
  /** The jobs that rows wait for. Called at the start of the hub, when no job is under way. */
  waiting(): Promise<readonly WaitingJob[]>;
  /** Claims the row and reads it. @returns null when nothing is left to do. */
  take(claim: Claim): Promise<JobInHand<K> | null>;
}

/** A job whose row is claimed. Every write is refused with ClaimLost once another process has claimed the row. */
export interface JobInHand<K extends QueuedKind> {
  /** Makes the worker's task. @returns the end instead when the worker has nothing left to do. */
  load(): Promise<Tasks[K] | Finished<K>>;
  /** Writes an event of the worker. */
  record(event: Exclude<Events[K], Finished<K> | TaskEnd>): Promise<void>;
  /** Writes the end of the job. */
  end(end: Finished<K> | TaskEnd): Promise<void>;
}

/** A kind of jobs that needs no worker. */
export interface ChoreHandler {
  waiting(): Promise<readonly WaitingJob[]>;
  /** Does the work. @returns when to do it again; undefined when it is done. */
  perform(id: string, signal: AbortSignal): Promise<Date | undefined>;
}

export type JobHandlers = { readonly [K in QueuedKind]: JobHandler<K> } & { readonly [C in Chore]: ChoreHandler };
