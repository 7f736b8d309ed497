import { z } from 'zod';
import type { Spread } from '../calibration/spread.js';
import { computeSchema } from '../engines/compute.js';
import type { EngineInfo, InputSize } from '../engines/engine.js';
import type { Environment } from './environment.js';
import { type EpochMetrics, type Evaluation, epochMetricsSchema, SweepMetric } from './epoch-metrics.js';
import { EXPORT_FORMATS } from './export-formats.js';
import type { Progress } from './progress.js';
import { recipeSchema } from './recipe.js';
import type { SystemUse } from './system-use.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A piece of the feature cache: the features of up to FEATURE_CHUNK_ROWS consecutive images of a dataset version. */
export const featureChunkSchema = z.object({ index: z.int().nonnegative(), blob: sha256, rows: z.int().positive() });
export type FeatureChunk = z.output<typeof featureChunkSchema>;

/** All that a worker is told. Blobs are named by hash; the worker knows no database. */
export const jobSchema = z.object({
  manifestBlob: sha256,
  /** A safetensors blob with the backbone's weights. */
  backboneBlob: sha256,
  recipe: recipeSchema,
  /** The weights of the run that this one goes on from; null begins with a new head. */
  parentBlob: sha256.nullable(),
  /** Sides in pixels of the pictures that come in and of those the network sees. */
  size: z.object({ input: z.int().positive(), image: z.int().positive() }),
  /** Cached features under the job's feature key, whatever there is of them. */
  featureChunks: z.array(featureChunkSchema),
  /** Why features are not cached but computed anew in every epoch; null where they are cached. */
  uncached: z.string().nullable(),
  /** Where to go on, if the run was interrupted. */
  checkpointBlob: sha256.nullable(),
  /** How often checkpoints are written, where that is not left to the trainer. */
  checkpointSeconds: z
    .object({ withinEpoch: z.number().nonnegative(), afterEpoch: z.number().nonnegative() })
    .optional(),
  blobFolder: z.string(),
  threads: z.int().min(1).optional(),
  /** Who computes, and on what. */
  compute: computeSchema.optional(),
});
export type Job = z.output<typeof jobSchema>;

/** What a worker is told of a sweep: a job whose recipe is the base, and the trials that are still to be made. */
export const sweepJobSchema = jobSchema.extend({
  trials: z.array(z.object({ number: z.int().positive(), recipe: recipeSchema })),
  /** The epochs of the trials that have been made. */
  histories: z.array(z.array(epochMetricsSchema)),
  metric: z.enum(SweepMetric),
  /** Whether trials that cannot win are stopped. */
  stopEarly: z.boolean(),
});
export type SweepJob = z.output<typeof sweepJobSchema>;

/** What a worker is told of a model version whose 8-bit form it shall make and measure. */
export const quantizationJobSchema = jobSchema
  .pick({ manifestBlob: true, backboneBlob: true, recipe: true, size: true, blobFolder: true, threads: true })
  .extend({ weightsBlob: sha256 });
export type QuantizationJob = z.output<typeof quantizationJobSchema>;

/** What a worker is told of a model version that it shall write in a format of others. */
export const exportJobSchema = z.object({
  format: z.enum(EXPORT_FORMATS),
  backboneBlob: sha256,
  weightsBlob: sha256,
  /** The form with 8 bits, where that is asked for. */
  quantizedBlob: sha256.nullable(),
  size: jobSchema.shape.size,
  /** Share of the head's hidden units that was dropped in training. */
  dropout: z.number(),
  /** What the file says of itself. */
  about: z.record(z.string(), z.string()),
  /** Where to write it. */
  file: z.string(),
  blobFolder: z.string(),
});
export type ExportJob = z.output<typeof exportJobSchema>;

/** What a worker is told of a model file that shall become a model version. */
export const importJobSchema = jobSchema
  .pick({ manifestBlob: true, blobFolder: true, threads: true })
  .extend({ fileBlob: sha256, labels: z.array(z.string()).nullable() });
export type ImportJob = z.output<typeof importJobSchema>;

/** What a worker is told of a model version of which it shall say how sure its answers may be. */
export const calibrationJobSchema = quantizationJobSchema.extend({
  /** Share of the validation photos that may be taken for none of the classes. */
  falseAlarmRate: z.number().gt(0).lt(1),
});
export type CalibrationJob = z.output<typeof calibrationJobSchema>;

export const Phase = { FEATURES: 'features', TRAINING: 'training', EVALUATION: 'evaluation' } as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/** What a worker reports. A blob that an event names is already durable. */
export type TrainingEvent =
  | { readonly type: 'started'; readonly engine: EngineInfo; readonly environment: Environment }
  | { readonly type: 'log'; readonly message: string }
  | Progress<Phase>
  | { readonly type: 'system'; readonly use: SystemUse }
  | { readonly type: 'features'; readonly chunk: FeatureChunk; readonly bytes: number }
  /** Where the run can go on, with the epochs that have ended since the one before. */
  | { readonly type: 'checkpoint'; readonly checkpointBlob: string; readonly epochs: readonly EpochMetrics[] }
  | {
      readonly type: 'finished';
      /** A safetensors blob with the weights of all layers behind the split layer, as Keras names them. */
      readonly weightsBlob: string;
      readonly test: Evaluation;
      /** A blob of `packPredictions`: what was answered for each image of the test split. */
      readonly predictionsBlob: string;
      /** The epoch whose weights were kept. */
      readonly keptEpoch: number;
      readonly seconds: Readonly<Record<Phase, number>>;
      /** Pictures whose features were computed before the first epoch; null when they were computed anew in each. */
      readonly computedPictures: number | null;
      readonly peakMemoryBytes: number;
    }
  | TaskEnd;

/** What was measured of a run that has not been started. */
export interface SpeedProbe {
  /** Decoding and the frozen part. */
  readonly secondsPerPicture: number;
  /** Of the run's own batch size. */
  readonly secondsPerStep: number;
  /** From features. */
  readonly secondsPerPrediction: number;
  readonly peakMemoryBytes: number;
  /** How long the measuring took. */
  readonly seconds: number;
}

/** The 8-bit form of a model version, and what was measured of it. */
export interface Quantization {
  /** An ONNX file. It is durable already. */
  readonly quantizedBlob: string;
  /** On the test split. */
  readonly accuracy: number;
  /** What one picture takes on this machine: medians. */
  readonly fp32Milliseconds: number;
  readonly int8Milliseconds: number;
}

/** A file that was written. */
export interface ExportedFile {
  readonly bytes: number;
  /** Of its content. */
  readonly sha256: string;
}

/** What a model file turned out to be. The blobs are durable already. */
export interface Imported {
  readonly backboneBlob: string;
  readonly architecture: string;
  readonly weightsBlob: string;
  readonly labels: readonly string[];
  readonly size: InputSize;
  readonly head: { readonly hidden: number; readonly dropout: number };
  /** What was taken on trust. */
  readonly notes: readonly string[];
  /** On the test split; the loss in nats. */
  readonly test: { readonly accuracy: number; readonly loss: number };
}

/** How sure a model version may be: what was fitted on validation images, and what came of it on test images. */
export interface CalibrationFigures {
  /** By which logits are divided. */
  readonly temperature: number;
  /** Expected calibration error on the test split, from 0 to 1. */
  readonly eceBefore: number;
  readonly eceAfter: number;
  readonly validationImages: number;
  readonly testImages: number;
  /** Whether the validation images were kept from the run that made the version. */
  readonly heldOut: boolean;
  /** How far the features of a photo may lie from those of training images, and it is still one of the classes. */
  readonly outlierDistance: number;
  /** Share of the validation images that lie beyond that, and of the test images. */
  readonly falseAlarmRate: number;
  readonly testFalseAlarmRate: number;
  /** How its calibrated answers about the test images spread. */
  readonly testAnswers: Spread;
}

export interface Calibration {
  readonly figures: CalibrationFigures;
  /** Where the features of training images lie. It is durable already. */
  readonly outlierBlob: string;
}

/** What ends every task of a worker but for its success. */
export type TaskEnd =
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

export type ProbeEvent = { readonly type: 'finished'; readonly probe: SpeedProbe } | TaskEnd;

export type ExportEvent = { readonly type: 'finished'; readonly exported: ExportedFile } | TaskEnd;

export type ImportEvent = { readonly type: 'finished'; readonly imported: Imported } | TaskEnd;

export type QuantizationEvent = { readonly type: 'finished'; readonly quantization: Quantization } | TaskEnd;

export type CalibrationEvent = { readonly type: 'finished'; readonly calibration: Calibration } | TaskEnd;

/** What came of a trial. */
export interface TrialOutcome {
  readonly state: 'SUCCEEDED' | 'STOPPED' | 'FAILED';
  readonly history: readonly EpochMetrics[];
  /** Why it did not train to its end. */
  readonly reason: string | null;
}

export type SweepEvent =
  | Extract<TrainingEvent, { readonly type: 'log' | 'progress' | 'features' }>
  | ({ readonly type: 'trial'; readonly number: number; readonly seconds: number } & TrialOutcome)
  | { readonly type: 'finished' }
  | TaskEnd;

export type CompileEvent = { readonly type: 'finished' } | TaskEnd;
