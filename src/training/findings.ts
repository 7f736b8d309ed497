import { z } from 'zod';

const row = z.int().nonnegative();
const share = z.number();

/** What an examination found in a dataset version. Stored as a blob of JSON. */
export const findingsSchema = z.object({
  format: z.literal(1),
  /** Estimated number of wrong labels in all splits. */
  errors: z.number().nonnegative(),
  /** As of `confidentLearning`, the least probable label first. */
  labels: z.array(z.object({ row, suggested: z.int().nonnegative(), given: share, probability: share })),
  /** As of `featureOutliers`. */
  outliers: z.array(z.object({ row, distance: z.number(), limit: z.number() })),
  /** Images that look the same and have different classes, those in several splits first. */
  contradictions: z.array(z.array(row).min(2)),
});
export type Findings = z.output<typeof findingsSchema>;
