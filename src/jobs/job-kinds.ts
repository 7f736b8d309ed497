import type { CompileJob } from '../engines/network-compiler.js';
import type { Part } from '../tracing/tracing.js';
import type {
  CalibrationEvent,
  CalibrationJob,
  CompileEvent,
  ExaminationEvent,
  ExaminationJob,
  ExportEvent,
  ExportJob,
  ImportEvent,
  ImportJob,
  Job,
  PredictionEvent,
  PredictionTask,
  ProbeEvent,
  ProjectionEvent,
  ProjectionJob,
  QuantizationEvent,
  QuantizationJob,
  SliceEvent,
  SliceJob,
  SweepEvent,
  SweepJob,
  TrainingEvent,
} from '../training/job.js';

/** Tasks of workers, by job kind. */
export interface Tasks {
  readonly features: SliceJob;
  readonly train: Job;
  readonly sweep: SweepJob;
  readonly import: ImportJob;
  readonly quantize: QuantizationJob;
  readonly calibrate: CalibrationJob;
  readonly examine: ExaminationJob;
  readonly predict: PredictionTask;
  readonly export: ExportJob;
  /** The run whose speed is probed. */
  readonly probe: Job;
  readonly project: ProjectionJob;
  readonly compile: CompileJob;
}

/** Events that workers report, by job kind. */
export interface Events {
  readonly features: SliceEvent;
  readonly train: TrainingEvent;
  readonly sweep: SweepEvent;
  readonly import: ImportEvent;
  readonly quantize: QuantizationEvent;
  readonly calibrate: CalibrationEvent;
  readonly examine: ExaminationEvent;
  readonly predict: PredictionEvent;
  readonly export: ExportEvent;
  readonly probe: ProbeEvent;
  readonly project: ProjectionEvent;
  readonly compile: CompileEvent;
}

/** One unit of background work that a worker computes. */
export type JobKind = keyof Tasks;

/**
 * Queued kinds with a worker process, in the order of their turns. One job of all these kinds runs at a time, but for
 * `predict`, which has a place of its own: it may take hours, and yields the cores to all other work. `features` has no
 * turn: a run under way waits for it, so it goes first.
 */
export const QUEUED_KINDS = [
  'features',
  'train',
  'sweep',
  'import',
  'calibrate',
  'quantize',
  'examine',
  'predict',
] as const satisfies readonly JobKind[];
export type QueuedKind = (typeof QUEUED_KINDS)[number];

/**
 * Queued kinds without a worker process: deleting the blobs of deleted runs, delivering messages to webhooks, looking at
 * retraining rules, and hourly upkeep.
 */
export const CHORES = ['release', 'deliver', 'retrain', 'upkeep'] as const;
export type Chore = (typeof CHORES)[number];

/** What the id of a job identifies, for the log. */
export const SUBJECTS: Readonly<Record<QueuedKind | Chore, string>> = {
  features: 'slice',
  train: 'run',
  sweep: 'sweep',
  import: 'import',
  calibrate: 'version',
  quantize: 'version',
  examine: 'dataset version',
  predict: 'prediction',
  release: 'request',
  deliver: 'delivery',
  retrain: 'rule',
  upkeep: 'schedule',
};

/**
 * Kinds that are never queued or stored, because a request waits for them or only this process needs them. One job of
 * each kind runs at a time, independently of the queue.
 */
export const IMMEDIATE_KINDS = ['export', 'probe', 'project', 'compile'] as const satisfies readonly JobKind[];
export type ImmediateKind = (typeof IMMEDIATE_KINDS)[number];

/** A task for a worker. */
export type Task<K extends JobKind = JobKind> = {
  [P in K]: { readonly kind: P; readonly job: Tasks[P]; readonly isTimed?: boolean };
}[K];

/** A part of a task that has ended, for the trace of the job. Workers report it where the task is timed. */
export type TimedPart = { readonly type: 'part' } & Part;

/** The event that ends a successful job. */
export type Finished<K extends JobKind> = Extract<Events[K], { readonly type: 'finished' }>;

/** Messages to a worker: one task, with the number of threads to compute it with, then possibly a cancellation. */
export type WorkerCommand = (Task & { readonly threads: number }) | { readonly kind: 'cancel' };
