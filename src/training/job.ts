import { z } from 'zod';
import type { Spread } from '../calibration/spread.js';
import { Split } from '../datasets/manifest.js';
import { computeSchema } from '../engines/compute.js';
import type { EngineChoice, EngineInfo, InputSize } from '../engines/engine.js';
import { PRECISIONS, RUNTIMES } from '../engines/network-form.js';
import type { Layer } from '../network/layers.js';
import { servedVersionSchema } from '../serving/served-version.js';
import { blobPlaceSchema } from '../storage/blob-place.js';
import type { Environment } from './environment.js';
import { type EpochMetrics, type Evaluation, epochMetricsSchema, SweepMetric } from './epoch-metrics.js';
import { EXPORT_FORMATS } from './export-formats.js';
import type { Progress } from './progress.js';
import { recipeSchema } from './recipe.js';
import type { SystemUse } from './system-use.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A piece of the feature cache: the features of up to FEATURE_CHUNK_ROWS consecutive image variants. */
const featureChunkSchema = z.object({ index: z.int().nonnegative(), blob: sha256, rows: z.int().positive() });
export type FeatureChunk = z.output<typeof featureChunkSchema>;

/** The job of training a run. Blobs are named by hash, so a worker needs no database. */
export const jobSchema = z.object({
  manifestBlob: sha256,
  /** A safetensors blob with the backbone's weights. */
  backboneBlob: sha256,
  recipe: recipeSchema,
  /** Weights of the parent run; null to start with a new head. */
  parentBlob: sha256.nullable(),
  /** Sides in pixels of the input and of the image that the network sees. */
  size: z.object({ input: z.int().positive(), image: z.int().positive() }),
  /** The features cached so far under the job's feature key. */
  featureChunks: z.array(featureChunkSchema),
  /** Why features are not cached but recomputed in every epoch; null if they are cached. */
  uncached: z.string().nullable(),
  /** Checkpoint to resume from, if the run was interrupted. */
  checkpointBlob: sha256.nullable(),
  /** Minimum seconds between checkpoints, in place of the defaults. */
  checkpointSeconds: z
    .object({ withinEpoch: z.number().nonnegative(), afterEpoch: z.number().nonnegative() })
    .optional(),
  /** In a cross-validation, the images to test on. */
  fold: z.object({ index: z.int().nonnegative(), of: z.int().min(2) }).optional(),
  blobPlace: blobPlaceSchema,
  /** Engine and device to train with. */
  compute: computeSchema.optional(),
  /** The engine that trained the run before, or the run that it reproduces; null for a new one. */
  before: z.object({ engine: z.string(), reason: z.string() }).nullable().optional(),
});
export type Job = z.output<typeof jobSchema>;

/** The job of computing a slice of a run's features: the chunks from `first` that are not cached. */
export const sliceJobSchema = jobSchema.extend({ first: z.int().nonnegative(), chunks: z.int().positive() });
export type SliceJob = z.output<typeof sliceJobSchema>;

/** The job of a sweep: a job with the base recipe, and the trials left to train. */
export const sweepJobSchema = jobSchema.extend({
  trials: z.array(z.object({ number: z.int().positive(), recipe: recipeSchema })),
  /** Epochs of the finished trials. */
  histories: z.array(z.array(epochMetricsSchema)),
  metric: z.enum(SweepMetric),
  /** Whether to stop trials that cannot win. */
  stopEarly: z.boolean(),
});
export type SweepJob = z.output<typeof sweepJobSchema>;

/** The job of an examination. Its recipe is that of the features that are compared. */
export const examinationJobSchema = jobSchema.extend({
  /** The fine-tuning of the network of each fold; null in quick mode. */
  thorough: jobSchema
    .pick({ recipe: true, featureChunks: true, uncached: true })
    /** Blobs with the answers of the networks that are trained, in the order of the folds. */
    .extend({ answers: z.array(sha256) })
    .nullable(),
});
export type ExaminationJob = z.output<typeof examinationJobSchema>;

/** The job of making and measuring the 8-bit form of a model version. */
export const quantizationJobSchema = jobSchema
  .pick({ manifestBlob: true, backboneBlob: true, recipe: true, size: true, blobPlace: true })
  .extend({
    weightsBlob: sha256,
    /** Class names in the order of the network's outputs. */
    labels: z.array(z.string()),
  });
export type QuantizationJob = z.output<typeof quantizationJobSchema>;

/** The job of exporting a model version to a file. */
export const exportJobSchema = z.object({
  format: z.enum(EXPORT_FORMATS),
  backboneBlob: sha256,
  weightsBlob: sha256,
  /** Blob of the 8-bit form, if that is exported. */
  quantizedBlob: sha256.nullable(),
  size: jobSchema.shape.size,
  /** Metadata of the file; they describe the head. */
  about: z.record(z.string(), z.string()),
  /** File to write. */
  file: z.string(),
  blobPlace: blobPlaceSchema,
});
export type ExportJob = z.output<typeof exportJobSchema>;

/** The job of importing a model file as a model version. */
export const importJobSchema = jobSchema
  .pick({ manifestBlob: true, blobPlace: true })
  .extend({ fileBlob: sha256, labels: z.array(z.string()).nullable() });
export type ImportJob = z.output<typeof importJobSchema>;

/** The job of calibrating a model version. */
export const calibrationJobSchema = quantizationJobSchema.extend({
  /** Share of the validation images that may be reported as outliers. */
  falseAlarmRate: z.number().gt(0).lt(1),
});
export type CalibrationJob = z.output<typeof calibrationJobSchema>;

/** The job of classifying the photos of a source with a model version. */
export const predictionTaskSchema = z.object({
  /** Id of the job, which its blobs contain. */
  id: z.string(),
  version: servedVersionSchema,
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('dataset'), manifestBlob: sha256, split: z.enum(Split).nullable() }),
    /** A folder or archive of this machine. */
    z.object({ kind: z.literal('path'), path: z.string(), nameEncoding: z.string().nullable() }),
    z.object({ kind: z.literal('archive'), blob: sha256, nameEncoding: z.string().nullable() }),
  ]),
  /** Number of classes to list for each photo. */
  topK: z.int().positive(),
  /** Most photos of a source whose answers are kept with them; null to keep none. */
  mostKept: z.int().positive().nullable(),
  /** Photos that are answered already, and the blobs with their answers in order. */
  answered: z.object({ photos: z.int().nonnegative(), blobs: z.array(sha256) }),
  /** File for an archive while it is read. */
  temporary: z.string(),
  /** Bytes that decoding a photo may take. */
  maxPhotoMemory: z.number().positive(),
  blobPlace: blobPlaceSchema,
});
export type PredictionTask = z.output<typeof predictionTaskSchema>;

/** The job of projecting cached features of images onto a plane. */
export const projectionJobSchema = z.object({
  /** The cached chunks, from the first one on. */
  featureChunks: z.array(featureChunkSchema).min(1),
  /** Whether they are maps, stored as 16-bit floats, or pooled. */
  maps: z.boolean(),
  /** Channels of the features. Maps are averaged over their places. */
  channels: z.int().positive(),
  /** The features' rows. */
  rows: z.array(z.int().nonnegative()).min(1),
  seed: z.int(),
  blobPlace: blobPlaceSchema,
});
export type ProjectionJob = z.output<typeof projectionJobSchema>;

export const Phase = { FEATURES: 'features', TRAINING: 'training', EVALUATION: 'evaluation' } as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/** An event of a training worker. A blob named by an event is already durable. */
export type TrainingEvent =
  | {
      readonly type: 'started';
      readonly engine: EngineInfo & Partial<EngineChoice>;
      readonly environment: Environment;
    }
  | { readonly type: 'log'; readonly message: string }
  | Progress<Phase>
  | { readonly type: 'system'; readonly use: SystemUse }
  | { readonly type: 'features'; readonly chunk: FeatureChunk; readonly bytes: number }
  /** A checkpoint to resume from, with the epochs that ended since the previous one. */
  | { readonly type: 'checkpoint'; readonly checkpointBlob: string; readonly epochs: readonly EpochMetrics[] }
  | {
      readonly type: 'finished';
      /** A safetensors blob with the trained weights, under Keras's names. */
      readonly weightsBlob: string;
      readonly test: Evaluation;
      /** A blob of `packPredictions`: the answer for each image of the test split. */
      readonly predictionsBlob: string;
      /** A blob of `ProbabilityRows`, in the same order; null when it would be too large. */
      readonly probabilitiesBlob: string | null;
      /** The epoch whose weights were kept. */
      readonly keptEpoch: number;
      /** In all attempts: before the checkpoint that the last one resumed from, and in the last one. */
      readonly seconds: Readonly<Record<Phase, number>>;
      /** Image variants whose features were computed before the first epoch; null if they were recomputed in every epoch. */
      readonly computedPictures: number | null;
      readonly peakMemoryBytes: number;
    }
  | TaskEnd;

/** Phases of an examination. */
export const ExaminationPhase = {
  FEATURES: 'features',
  LABELS: 'labels',
  OUTLIERS: 'outliers',
  NETWORKS: 'networks',
} as const;
export type ExaminationPhase = (typeof ExaminationPhase)[keyof typeof ExaminationPhase];

export type ExaminationEvent =
  | Extract<TrainingEvent, { readonly type: 'log' }>
  /** Features that were computed: those that are compared, or those at which fine-tuning starts. */
  | (Extract<TrainingEvent, { readonly type: 'features' }> & { readonly of: 'comparison' | 'networks' })
  | Progress<ExaminationPhase>
  /** A blob with the answers of the next fold network, already durable. */
  | { readonly type: 'fold'; readonly answersBlob: string }
  /** `findingsBlob` is a blob of `findingsSchema`, already durable. */
  | { readonly type: 'finished'; readonly findingsBlob: string }
  | TaskEnd;

export type SliceEvent =
  | Extract<TrainingEvent, { readonly type: 'log' | 'progress' | 'features' }>
  | { readonly type: 'finished' }
  | TaskEnd;

/** The measured speed of a run that has not started. */
export interface SpeedProbe {
  /** Once per run that computes features, for loading the frozen part. */
  readonly secondsToLoad: number;
  /** Decoding and frozen part, per image. */
  readonly secondsPerImage: number;
  /** Per optimizer step, with the run's batch size. */
  readonly secondsPerStep: number;
  /** Once per run, for the trainer's graph. */
  readonly secondsToStart: number;
  /** Per prediction from features. */
  readonly secondsPerPrediction: number;
  readonly peakMemoryBytes: number;
  /** Duration of the measurement. */
  readonly seconds: number;
}

/** The figures of a form on another runtime than ONNX Runtime. */
export const otherFormSchema = z.object({
  runtime: z.enum(RUNTIMES),
  precision: z.enum(PRECISIONS),
  /** On the test split; null for 32-bit floats, which have the version's. */
  accuracy: z.number().nullable(),
  /** Median time per image on this machine. */
  milliseconds: z.number(),
});
type OtherForm = z.output<typeof otherFormSchema>;

/** The 8-bit form of a model version, with the measurements of all forms. */
export interface Quantization {
  /** Blob with the ONNX file, already durable. */
  readonly quantizedBlob: string;
  /** Accuracy of the 8-bit form with ONNX Runtime, on the test split. */
  readonly accuracy: number;
  /** Median time per image with ONNX Runtime on this machine. */
  readonly fp32Milliseconds: number;
  readonly int8Milliseconds: number;
  /** Null where OpenVINO is not installed. */
  readonly otherForms: readonly OtherForm[] | null;
}

/** An exported file. */
export interface ExportedFile {
  readonly bytes: number;
  /** Hash of its content. */
  readonly sha256: string;
}

/** An imported model file. Its blobs are already durable. */
export interface Imported {
  readonly backboneBlob: string;
  readonly architecture: string;
  readonly weightsBlob: string;
  readonly labels: readonly string[];
  readonly size: InputSize;
  readonly head: readonly Layer[];
  /** Assumptions made because the file does not tell. */
  readonly notes: readonly string[];
  /** Figures on the test split; the loss in nats. */
  readonly test: { readonly accuracy: number; readonly loss: number };
}

/** The calibration of a model version: fitted on validation images, measured on test images. */
interface CalibrationFigures {
  /** Divisor of the logits. */
  readonly temperature: number;
  /** Expected calibration error on the test split before and after calibration, from 0 to 1. */
  readonly eceBefore: number;
  readonly eceAfter: number;
  readonly validationImages: number;
  readonly testImages: number;
  /** Whether the run of the version did not train on the validation images. */
  readonly heldOut: boolean;
  /** Largest distance of a photo's features from those of training images; beyond it the photo is an outlier. */
  readonly outlierDistance: number;
  /** Share of the validation images, and of the test images, beyond that distance. */
  readonly falseAlarmRate: number;
  readonly testFalseAlarmRate: number;
  /** Distribution of the calibrated answers on the test images. */
  readonly testAnswers: Spread;
}

export interface Calibration {
  readonly figures: CalibrationFigures;
  /** Blob of the subspace of features, already durable. */
  readonly outlierBlob: string;
}

/** An answer whose photo is stored, for those who judge it. */
export interface PhotoToJudge {
  /** Blob of the photo as it is in its source. */
  readonly sha256: string;
  readonly label: string;
  /** Probability of the label. */
  readonly confidence: number;
  /** Probability of the label less that of the second one. */
  readonly margin: number;
  readonly outlierScore: number | null;
  /** As of `fingerprintOfPixels`. */
  readonly fingerprint: string | null;
  /** Of decoding it, and its share of computing a batch. */
  readonly milliseconds: number;
}

export type PredictionEvent =
  | {
      /** Answers that are stored. */
      readonly type: 'chunk';
      /** From 1. */
      readonly number: number;
      /** A blob of `writeRows`. */
      readonly blob: string;
      /** Photos, those that were refused included. */
      readonly photos: number;
      readonly refused: number;
      /** Answers to keep with their photos; none unless the task says so. */
      readonly kept: readonly PhotoToJudge[];
      /** Share of the source that was read, 0 to 1; null when unknown. */
      readonly share: number | null;
    }
  | { readonly type: 'finished' }
  | TaskEnd;

/** The end of a task without success. */
export type TaskEnd =
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/** Cached features as points of a plane. */
export interface ProjectedImages {
  /** x and y of each row in turn. */
  readonly points: readonly number[];
  /** Share of the variance along x and along y. */
  readonly explained: readonly [number, number];
}

export type ProjectionEvent = { readonly type: 'finished'; readonly projected: ProjectedImages } | TaskEnd;

export type ProbeEvent = { readonly type: 'finished'; readonly probe: SpeedProbe } | TaskEnd;

export type ExportEvent = { readonly type: 'finished'; readonly exported: ExportedFile } | TaskEnd;

export type ImportEvent = { readonly type: 'finished'; readonly imported: Imported } | TaskEnd;

export type QuantizationEvent = { readonly type: 'finished'; readonly quantization: Quantization } | TaskEnd;

export type CalibrationEvent = { readonly type: 'finished'; readonly calibration: Calibration } | TaskEnd;

/** The outcome of a trial. */
export interface TrialOutcome {
  readonly state: 'SUCCEEDED' | 'STOPPED' | 'FAILED';
  readonly history: readonly EpochMetrics[];
  /** Why it did not train to its end; null if it did. */
  readonly reason: string | null;
}

export type SweepEvent =
  | Extract<TrainingEvent, { readonly type: 'log' | 'progress' | 'features' }>
  | ({ readonly type: 'trial'; readonly number: number; readonly seconds: number } & TrialOutcome)
  | { readonly type: 'finished' }
  | TaskEnd;

export type CompileEvent = { readonly type: 'finished' } | TaskEnd;
