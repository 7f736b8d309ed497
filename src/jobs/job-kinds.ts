import type { CompileJob } from '../engines/network-compiler.js';
import type {
  CalibrationEvent,
  CalibrationJob,
  CompileEvent,
  ExportEvent,
  ExportJob,
  ImportEvent,
  ImportJob,
  Job,
  ProbeEvent,
  QuantizationEvent,
  QuantizationJob,
  SweepEvent,
  SweepJob,
  TrainingEvent,
} from '../training/job.js';

/** What a worker is told, by the kind of the job. */
export interface Tasks {
  readonly train: Job;
  readonly sweep: SweepJob;
  readonly import: ImportJob;
  readonly quantize: QuantizationJob;
  readonly calibrate: CalibrationJob;
  readonly export: ExportJob;
  /** The run whose speed is measured. */
  readonly probe: Job;
  readonly compile: CompileJob;
}

/** What a worker reports, by the kind of the job. */
export interface Events {
  readonly train: TrainingEvent;
  readonly sweep: SweepEvent;
  readonly import: ImportEvent;
  readonly quantize: QuantizationEvent;
  readonly calibrate: CalibrationEvent;
  readonly export: ExportEvent;
  readonly probe: ProbeEvent;
  readonly compile: CompileEvent;
}

/** One unit of background work that a worker computes. */
export type JobKind = keyof Tasks;

/** Work that waits in the queue, in the order in which the kinds take turns: one job of them all runs at a time. */
export const QUEUED_KINDS = ['train', 'sweep', 'import', 'calibrate', 'quantize'] as const satisfies readonly JobKind[];
export type QueuedKind = (typeof QUEUED_KINDS)[number];

/**
 * Work that waits in the queue and needs no worker process: deleting blobs of deleted runs, delivering a message to a
 * webhook, and what is due every hour.
 */
export const CHORES = ['release', 'deliver', 'upkeep'] as const;
export type Chore = (typeof CHORES)[number];

/** What the id of a job names, for the log. */
export const SUBJECTS: Readonly<Record<QueuedKind | Chore, string>> = {
  train: 'run',
  sweep: 'sweep',
  import: 'import',
  calibrate: 'version',
  quantize: 'version',
  release: 'request',
  deliver: 'delivery',
  upkeep: 'schedule',
};

/**
 * Work that a request waits for, or that belongs to this process alone. It is never stored: when the hub ends, nobody waits
 * for it any more. One job of each kind runs at a time, whatever waits in the queue.
 */
export const IMMEDIATE_KINDS = ['export', 'probe', 'compile'] as const satisfies readonly JobKind[];
export type ImmediateKind = (typeof IMMEDIATE_KINDS)[number];

/** A task as it is sent to a worker. */
export type Task<K extends JobKind = JobKind> = { [P in K]: { readonly kind: P; readonly job: Tasks[P] } }[K];

/** The event that ends a job with success. */
export type Finished<K extends JobKind> = Extract<Events[K], { readonly type: 'finished' }>;

/** What the hub tells a worker: one task, and then perhaps to stop. */
export type WorkerCommand = Task | { readonly kind: 'cancel' };
