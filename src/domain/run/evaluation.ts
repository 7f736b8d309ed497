import type { ConfidenceBin } from '../../calibration/calibration-error.js';
import type { ClassCurves, Curve } from '../../training/threshold-curves.js';
import type { Viewer } from '../pictures.js';
import type { EvaluationSlice } from './evaluation-slices.js';

/** How confidence and accuracy of the test images go together. */
export interface Reliability {
  /** Expected calibration error over the bins, from 0 to 1. */
  readonly calibrationError: number;
  readonly bins: readonly ConfidenceBin[];
}

/** Curves of one class against the rest. */
export interface LabeledCurves extends ClassCurves {
  readonly label: string;
  /** Test images of the class. */
  readonly images: number;
}

/** Curves of all classes. */
export interface EvaluationCurves {
  /** Unweighted means over the classes that have the value. */
  readonly macroRocArea: number | null;
  readonly macroAveragePrecision: number | null;
  readonly macroRoc: Curve | null;
  /** Lowest average precision first; classes without one last. */
  readonly classes: readonly LabeledCurves[];
}

/** How a run answers the test images of a saved slice. */
export interface SavedSliceResult {
  readonly name: string;
  /** Its conditions, in words. */
  readonly text: string;
  /** Null without test images in the slice, and where `missing` says why it is not known. */
  readonly result: EvaluationSlice | null;
  readonly missing: string | null;
}

/** How a run answers its test images, beyond the confusion matrix. */
export interface RunEvaluation {
  /** Test images. */
  readonly images: number;
  /** Null for other temperatures than 1 when there are no curves. */
  readonly reliability: Reliability | null;
  readonly curves: EvaluationCurves | null;
  /** Why curves are missing; null if they are not. */
  readonly missing: string | null;
  /**
   * Computes them once: those that deviate most from the other test images first. Null while the images of the dataset version
   * cannot be listed, because blobs are lost or damaged.
   */
  readonly slices: (viewer: Viewer) => Promise<readonly EvaluationSlice[] | null>;
  /** Of the slices saved for the dataset, by name. Null as with `slices`. */
  readonly savedSlices: (viewer: Viewer) => Promise<readonly SavedSliceResult[] | null>;
}
