import { z } from 'zod';
import { Precision, Runtime } from '../../domain/model/precision.js';

/** Answers of the Open Inference Protocol and of KServe's version 1, as JSON. */

export const serverSchema = z.object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) });
export const liveSchema = z.object({ live: z.literal(true) });
export const readySchema = z.object({ ready: z.boolean() });
export const modelReadySchema = z.object({ name: z.string(), ready: z.boolean() });
export const modelNamesSchema = z.object({ models: z.array(z.string()) });

const tensorSchema = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.int()).describe('−1 stands for any number of photos.'),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

export const metadataSchema = z
  .object({
    name: z.string(),
    versions: z.array(z.string()),
    platform: z.string(),
    inputs: z.array(tensorSchema),
    outputs: z.array(tensorSchema),
    properties: z.record(z.string(), z.string()),
  })
  .meta({ id: 'ModelMetadata' });

const dims = z.array(z.int()).describe('Shape for one photo.');

export const configSchema = z
  .object({
    name: z.string(),
    platform: z.string(),
    backend: z.string(),
    version_policy: z.object({ specific: z.object({ versions: z.array(z.int()) }) }),
    max_batch_size: z.int(),
    input: z.array(
      z.object({ name: z.string(), data_type: z.string(), format: z.string(), dims, optional: z.boolean() }),
    ),
    output: z.array(
      z.object({
        name: z.string(),
        data_type: z.string(),
        dims,
        reshape: z.object({ shape: z.array(z.int()) }).optional(),
      }),
    ),
    dynamic_batching: z.object({}),
    parameters: z.record(z.string(), z.object({ string_value: z.string() })),
  })
  .meta({ id: 'ModelConfig' });

const duration = z.object({ count: z.int(), ns: z.int().describe('Nanoseconds of all.') });

export const statisticsSchema = z
  .object({
    model_stats: z.array(
      z.object({
        name: z.string(),
        version: z.string(),
        last_inference: z.number().describe('Milliseconds since 1970; 0 if it has not answered.'),
        inference_count: z.int().describe('Photos.'),
        execution_count: z.int().describe('Batches.'),
        inference_stats: z.object({
          success: duration,
          fail: duration,
          queue: duration,
          compute_input: duration,
          compute_infer: duration,
          compute_output: duration,
          cache_hit: duration,
          cache_miss: duration,
        }),
        batch_stats: z.array(
          z.object({
            batch_size: z.int(),
            compute_input: duration,
            compute_infer: duration,
            compute_output: duration,
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'ModelStatistics' });

export const indexEntriesSchema = z
  .array(
    z.object({
      name: z.string(),
      version: z.string(),
      state: z.enum(['READY', 'UNAVAILABLE']),
      reason: z.string(),
    }),
  )
  .meta({ id: 'RepositoryIndex' });

export const inferenceAnswerSchema = z
  .object({
    model_name: z.string(),
    model_version: z.string(),
    id: z.string().optional(),
    parameters: z.object({
      precision: z.enum(Precision),
      runtime: z.enum(Runtime),
      prediction_ids: z.string().optional().describe('Ids of kept answers in the order of the photos.'),
    }),
    outputs: z.array(
      z.object({
        name: z.string(),
        datatype: z.enum(['FP32', 'BYTES']),
        shape: z.array(z.int()),
        data: z.array(z.union([z.number(), z.string()])).optional(),
        parameters: z.object({ binary_data_size: z.int() }).optional(),
      }),
    ),
  })
  .meta({ id: 'InferenceAnswer' });

export const predictionsSchema = z
  .object({
    predictions: z.array(
      z.object({
        label: z.string(),
        probabilities: z.array(z.number()).describe('In the order of the labels that the metadata lists.'),
      }),
    ),
  })
  .meta({ id: 'Predictions' });
