import { z } from 'zod';
import { Precision, Runtime } from '../../domain/model/precision.js';
import type { ClassificationType } from '../../schema/classification/classification.type.js';

/** GraphQL's Classification as JSON. */
export const classificationSchema = z
  .object({
    label: z.string().describe('The most probable class.'),
    confidence: z.number().describe('Its probability.'),
    precision: z.enum(Precision).describe('Precision of the form that answered.'),
    runtime: z.enum(Runtime).describe('Runtime of the form that answered.'),
    calibrated: z.boolean().describe('Whether the probabilities are calibrated.'),
    inDistribution: z
      .boolean()
      .nullable()
      .describe('False if the photo seems to show none of the classes; null if the version cannot tell.'),
    outlierScore: z
      .number()
      .nullable()
      .describe('Distance from the training images. Above 1, `inDistribution` is false.'),
    top: z.array(z.object({ label: z.string(), probability: z.number() })).describe('Most probable first.'),
    model: z.string(),
    modelVersion: z.int().describe('Number of the version that answered.'),
    modelVersionId: z.string(),
    milliseconds: z.number().describe("Time from the photo's bytes to the answer."),
    predictionId: z.string().nullable().describe('Id of the kept answer, for `giveFeedback`; null if it is not kept.'),
    timing: z
      .object({
        queueMilliseconds: z.number(),
        decodeMilliseconds: z.number(),
        predictMilliseconds: z.number().describe('Time of the whole batch.'),
        batchSize: z.int().describe('Photos in the batch.'),
      })
      .describe('Time of the answer by phase.'),
  })
  .meta({ id: 'Classification' }) satisfies z.ZodType<ClassificationType>;
