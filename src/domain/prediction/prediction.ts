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
  /** Days after which photos are deleted; null for `keepDays`. */
  readonly keepPhotosDays: number | null;
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
  /** Id of the HTTP request with it; null for gRPC, and for answers that were kept before it was recorded. */
  readonly requestId: string | null;
  /** Id of the prediction job that kept it for review; null for an answer to a client. */
  readonly jobId: string | null;
  readonly label: string;
  /** Probability of the label. */
  readonly confidence: number;
  /** Probability of the label less that of the second one; null for answers that were kept before it was recorded. */
  readonly margin: number | null;
  /** Distance from the training images, above 1 for outliers; null where it was not computed. */
  readonly outlierScore: number | null;
  /** Another label that a version gave the same photo; null if none is known. */
  readonly otherLabel: string | null;
  /** Label that the other version of a rollout gave; null where it was not asked. */
  readonly rolloutLabel: string | null;
  /** From the photo's bytes to the answer. */
  readonly milliseconds: number;
  /** Precision of the form that answered; null for answers that were kept before it was recorded. */
  readonly precision: Precision | null;
  /** Library that computed it; null likewise. */
  readonly runtime: Runtime | null;
  /** What the photo shows, by feedback; null without feedback and where it shows none of the classes. */
  readonly rightLabel: string | null;
  /** Whether the photo shows none of the classes, by feedback. */
  readonly showsNone: boolean;
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
  /** Whether feedback says that the photo shows another class. */
  readonly wrong?: boolean | null;
  /** Whether feedback says that the photo shows none of the classes. */
  readonly showsNone?: boolean | null;
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
  /** Answers whose photo shows none of the classes. They are not among the judged ones. */
  readonly none: number;
}

/** The kept answers of one version to clients, in numbers. */
export interface VersionTraffic {
  /** Number of the version. */
  readonly version: number;
  readonly predictions: number;
  readonly feedback: FeedbackAccuracy;
  readonly drift: Drift;
}
