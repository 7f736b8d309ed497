import type { CodeVersion } from '../../code-version.js';
import type { ClassScores } from '../../training/class-metrics.js';
import type { Environment } from '../../training/environment.js';

/** Engine, version and device that trained a run. */
export interface EngineRecord {
  readonly name: string;
  /** Version of the engine's library. */
  readonly version: string;
  readonly device: string;
  readonly threads: number;
  /** Name and version of the engine that computed the features, where it is another one. */
  readonly features: string | null;
  /** Why this engine trained; null in runs of releases that did not say. */
  readonly reason: string | null;
}

/** Code, libraries and machine of a run. */
export interface EnvironmentRecord extends Environment {
  readonly code: CodeVersion;
}

/** A value in which a reproduction differs from its original. */
export interface ReproductionDifference {
  /** Path of the value: "engine.threads", "epochs.2.trainLoss". */
  readonly what: string;
  readonly original: unknown;
  readonly now: unknown;
}

/** Verdict on a run that repeats another one. */
export interface Reproduction {
  /** Whether losses of all epochs, test figures and weights are equal bit by bit. */
  readonly agrees: boolean;
  readonly differences: readonly ReproductionDifference[];
}

/** Scores of one class on the test split. */
export interface LabeledScores extends ClassScores {
  readonly label: string;
}

/** A run's answer for one test image. */
export interface TestPrediction {
  /** The dataset version that holds the image. */
  readonly versionId: string;
  /** Index in the dataset version, from 0. */
  readonly image: number;
  readonly name: string;
  readonly sha256: string;
  readonly trueClass: string;
  readonly predictedClass: string;
  /** Probability of the predicted class. */
  readonly confidence: number;
}

/** Test images of one or more cells of the confusion matrix. */
export interface TestPredictions {
  /** Count before `first` cuts the list. */
  readonly total: number;
  /** Most confident first. */
  readonly images: readonly TestPrediction[];
}

/** Selects test images of a run; without classes, all that are predicted wrong. */
export interface MistakeFilter {
  readonly first: number;
  readonly trueClass?: string | null;
  readonly predictedClass?: string | null;
}
