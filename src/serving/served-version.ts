import { z } from 'zod';
import type { InputSize } from '../engines/engine.js';
import { type NetworkForm, PRECISIONS, RUNTIMES } from '../engines/network-form.js';

/** A model version as serving needs it: blobs of its weights, labels, sizes and calibration. */
export interface ServedVersion {
  readonly versionId: string;
  /** Model name and version number, for answers and logs. */
  readonly model: string;
  readonly number: number;
  readonly backboneBlob: string;
  readonly weightsBlob: string;
  /** Blob of its 8-bit form, where that serves. */
  readonly quantizedBlob: string | null;
  /** The form in which this machine serves it. */
  readonly form: NetworkForm;
  /** The form in which it is to serve; this machine may lack what that needs. */
  readonly wantedForm: NetworkForm;
  /** Class names by index. */
  readonly labels: readonly string[];
  readonly size: InputSize;
  /** Answers that it must reproduce before it serves; null for a version from before they were stored. */
  readonly expected: ExpectedAnswers | null;
  /** Null where it is not calibrated. */
  readonly calibration: Calibration | null;
}

export interface Calibration {
  /** Divisor of the logits; null where the probabilities stay as they are. */
  readonly temperature: number | null;
  /** Blob of `calibration/outliers.ts`. */
  readonly outlierBlob: string;
  /** Distance of features at which the outlier score is 1. */
  readonly outlierDistance: number;
}

interface ExpectedAnswers {
  /** Blob of `self-check.ts`. */
  readonly blob: string;
  /** Largest allowed difference of a probability. */
  readonly tolerance: number;
}

/** Key of one form of a version, as it is loaded. */
export function formOf({ versionId, quantizedBlob, form }: ServedVersion): string {
  return [versionId, quantizedBlob ?? '', form.runtime, form.precision].join(' ');
}

/** Name of all that decides the answers of a version: the form in which it is to serve, and its calibration. */
export function servedForm({ versionId, quantizedBlob, wantedForm, calibration }: ServedVersion): string {
  const { temperature, outlierBlob } = calibration ?? {};
  const { runtime, precision } = wantedForm;
  return [versionId, quantizedBlob, runtime, precision, temperature, outlierBlob].map((part) => part ?? '').join(' ');
}

const networkFormSchema = z.object({ runtime: z.enum(RUNTIMES), precision: z.enum(PRECISIONS) });

/** A version as plain data, for a worker or a row that keeps it. */
export const servedVersionSchema: z.ZodType<ServedVersion> = z.object({
  versionId: z.string(),
  model: z.string(),
  number: z.int(),
  backboneBlob: z.string(),
  weightsBlob: z.string(),
  quantizedBlob: z.string().nullable(),
  form: networkFormSchema,
  wantedForm: networkFormSchema,
  labels: z.array(z.string()),
  size: z.object({ input: z.int(), image: z.int() }),
  expected: z.object({ blob: z.string(), tolerance: z.number() }).nullable(),
  calibration: z
    .object({ temperature: z.number().nullable(), outlierBlob: z.string(), outlierDistance: z.number() })
    .nullable(),
});
