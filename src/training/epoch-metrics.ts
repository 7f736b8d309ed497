import { z } from 'zod';

/** Figures of one epoch. Training figures are means over the epoch with dropout active, as in Keras; losses in nats. */
export const epochMetricsSchema = z.object({
  /** From 1. */
  epoch: z.int().positive(),
  trainLoss: z.number(),
  trainAccuracy: z.number(),
  validationLoss: z.number(),
  validationAccuracy: z.number(),
  seconds: z.number(),
});
export type EpochMetrics = Readonly<z.output<typeof epochMetricsSchema>>;

export interface Evaluation {
  readonly loss: number;
  readonly accuracy: number;
  /** confusion[true class][predicted class] = images. */
  readonly confusion: readonly (readonly number[])[];
}

/** The metrics by which the trials of a sweep can be compared. */
export const SweepMetric = { VALIDATION_ACCURACY: 'VALIDATION_ACCURACY', VALIDATION_LOSS: 'VALIDATION_LOSS' } as const;
export type SweepMetric = keyof typeof SweepMetric;
