import type { Precision, Runtime } from '../model/precision.js';
import type { Drift } from './drift.js';

/** The answers of a model that are kept. */
export interface PredictionLogSettings {
  /** Share of the answers, 0 to 1. */
  readonly sample: number;
  /** Days after which they are deleted. */
  readonly keepDays: number;
  /** Whether the photos are kept too. */
  readonly keepPhotos: boolean;
  /** Answers that were sampled since the hub started but could not be written. */
  readonly lost: number;
}

/** A kept answer of a version to one photo. */
export interface Prediction {
  readonly id: string;
  /** Number of the version. */
  readonly version: number;
  readonly at: Date;
  /** SHA-256 of the photo as it was sent. */
  readonly inputHash: string;
  readonly label: string;
  /** Probability of the label. */
  readonly confidence: number;
  /** From the photo's bytes to the answer. */
  readonly milliseconds: number;
  /** Precision of the form that answered; null for answers that were kept before it was recorded. */
  readonly precision: Precision | null;
  /** Library that computed it; null likewise. */
  readonly runtime: Runtime | null;
  /** What the photo shows, by feedback. */
  readonly rightLabel: string | null;
  /** Name of the token that gave the last feedback. */
  readonly rightBy: string | null;
  readonly rightAt: Date | null;
  /** SHA-256 of the blob with the photo; null where it was not kept. */
  readonly photoBlob: string | null;
}

/** Conditions on a prediction; all that are given must hold. */
export interface PredictionFilter {
  readonly model: string;
  /** Number of the version. */
  readonly version?: number | null;
  readonly label?: string | null;
  /** Whether feedback says that the answer was wrong. */
  readonly wrong?: boolean | null;
  readonly confidenceBelow?: number | null;
  readonly inputHash?: string | null;
  readonly since?: Date | null;
  /** Exclusive. */
  readonly before?: Date | null;
}

/** Accuracy on feedback, with the 95% interval of Wilson. */
export interface FeedbackAccuracy {
  readonly judged: number;
  readonly right: number;
  /** 0 to 1; null before the first feedback. */
  readonly accuracy: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** The kept answers of one version in numbers. */
export interface VersionTraffic {
  /** Number of the version. */
  readonly version: number;
  readonly predictions: number;
  readonly feedback: FeedbackAccuracy;
  readonly drift: Drift;
}
