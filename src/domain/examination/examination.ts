import type { ExaminationPhase } from '../../training/job.js';
import type { DatasetImage } from '../dataset/dataset-image.js';
import type { Owner } from '../owner.js';
import type { RunState } from '../run/run.js';

/** Why an image was found: a label that is probably wrong, far from its class, or unlike the label of an equal image. */
export const FindingKind = { LABEL: 'LABEL', OUTLIER: 'OUTLIER', CONTRADICTION: 'CONTRADICTION' } as const;
export type FindingKind = (typeof FindingKind)[keyof typeof FindingKind];

/** How the labels are judged: by regressions on features, or also by networks that are fine-tuned for it. */
export const ExaminationMode = { QUICK: 'QUICK', THOROUGH: 'THOROUGH' } as const;
export type ExaminationMode = keyof typeof ExaminationMode;

/** What shall become of an image in the next version; a dismissed finding leaves it as it is. */
export const Decision = { RELABEL: 'RELABEL', LEAVE_OUT: 'LEAVE_OUT', DISMISS: 'DISMISS' } as const;
export type Decision = (typeof Decision)[keyof typeof Decision];

/** The search of a dataset version for images that are probably wrong in it. */
export interface Examination {
  readonly datasetVersionId: string;
  readonly state: RunState;
  /** The network whose features are compared: its backbone, and the side in pixels at which it computes. */
  readonly backbone: string;
  readonly imageSize: number;
  readonly mode: ExaminationMode;
  readonly progress: ExaminationProgress | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** SHA-256 of the blob with the findings; null before it has succeeded. */
  readonly findingsBlob: string | null;
  readonly owner: Owner | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** An examination to start. */
export type ExaminationRequest = Pick<Examination, 'datasetVersionId' | 'backbone' | 'imageSize' | 'mode'>;

export interface ExaminationProgress {
  readonly phase: ExaminationPhase;
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | null;
}

/** What somebody decided on an image. */
export interface ImageDecision {
  readonly kind: Decision;
  /** Class in the next version; null unless it is relabeled. */
  readonly label: string | null;
  /** Name of the token. */
  readonly decidedBy: string;
  readonly decidedAt: Date;
}

/** An image that is probably wrong in its version. */
export interface Finding {
  readonly kind: FindingKind;
  readonly image: DatasetImage;
  /** The class that it most likely belongs to; of a contradiction, that of the other images; null for an outlier. */
  readonly suggested: string | null;
  /** Probability of its label, and of the suggested class, by models that have not seen the image; null for other kinds. */
  readonly given: number | null;
  readonly probability: number | null;
  /** Mean distance to its nearest neighbors in its class, as a multiple of the largest ordinary one; null for other kinds. */
  readonly distance: number | null;
  /** The images that look the same, of a contradiction. */
  readonly like: readonly DatasetImage[];
  readonly decision: ImageDecision | null;
}

/** Numbers of findings. */
export interface FindingCounts {
  /** Estimated number of wrong labels. */
  readonly errors: number;
  readonly labels: number;
  readonly outliers: number;
  /** Images of contradictions. */
  readonly contradictions: number;
  /** Decisions that change the next version. */
  readonly changes: number;
}
