import { z } from 'zod';
import type { Caller } from '../../domain/caller.js';
import { HubError } from '../../errors.js';
import { BOUNDS } from '../../limits.js';
import type { Photos } from '../../serving/photo-source.js';
import { json, type Route, withJson } from '../route.js';
import { modelNamesSchema, modelReadySchema, predictionsSchema } from './answer-schemas.js';
import { postedJson } from './posted-tensor.js';
import { type InferenceParts, inferenceError, OF_ALL, OF_MODEL, questionOf, turnsOf } from './routes.js';
import { fromBase64, photosOfJson, refused } from './tensor-photos.js';

const MODELS = '/v1/models';

/** An encoded photo: as TensorFlow Serving writes bytes, by itself or under the name that KServe's samples use. */
const encodedSchema = z.union([
  z.object({ b64: z.string() }).transform(({ b64 }) => b64),
  z.object({ image_bytes: z.object({ b64: z.string() }) }).transform(({ image_bytes: { b64 } }) => b64),
]);

const instancesSchema = z.object({
  instances: z
    .array(z.unknown())
    .min(1)
    .max(BOUNDS.batch.value)
    .describe(
      'Each an encoded photo, `{"b64": "..."}` or `{"image_bytes": {"b64": "..."}}`; or each pixels, [side, side, 3].',
    ),
});

/**
 * KServe's protocol of version 1: lists models, and classifies photos in JSON.
 * Source: https://kserve.github.io/website, "V1 Protocol".
 */
export function v1Routes(parts: InferenceParts): readonly Route[] {
  const { answerer, served } = parts;
  return [
    {
      method: 'get',
      path: MODELS,
      needs: OF_ALL,
      errorForm: inferenceError,
      name: 'listServedModels',
      summary: 'Names of the models that serve',
      ...withJson(modelNamesSchema, (_request, response) => {
        const { model } = response.locals.caller as Caller;
        return { models: served.names(model) };
      }),
    },
    {
      method: 'post',
      path: `${MODELS}/:model{/versions/:version}\\:predict`,
      needs: OF_MODEL,
      maxBody: BOUNDS.inferenceJson.value,
      errorForm: inferenceError,
      name: 'predict',
      summary: 'Classify photos in JSON',
      body: json(instancesSchema),
      refusals: [400, 404, 413, 415, 422, 503, 504],
      ...withJson(predictionsSchema, async (request, response) => {
        const photos = postedJson(request, turnsOf(parts, response), (body) => readInstances(body));
        const { answers } = await answerer.answer(photos, questionOf(request, response));
        return {
          predictions: answers.map(({ label, probabilities }) => ({ label, probabilities: [...probabilities] })),
        };
      }),
    },
    {
      method: 'get',
      path: `${MODELS}/:model`,
      needs: OF_MODEL,
      errorForm: inferenceError,
      name: 'servedModel',
      summary: 'Whether `production` of a model is ready',
      answers: { 200: json(modelReadySchema) },
      refusals: [404],
      async answer(request, response, next) {
        const name = request.params.model as string;
        if (name.includes(':')) return next(); // a name of a model has none: this is a method of another path
        const ready = await served.requireReady(name, undefined).then(
          () => true,
          async (error: unknown) => {
            if (!(error instanceof HubError) || !(await served.exists(name))) throw error;
            return false;
          },
        );
        response.json({ name, ready } satisfies z.input<typeof modelReadySchema>);
      },
    },
  ];
}

/** Photos of `{"instances": [...]}`: each is encoded, or all are pixels as [side, side, 3]. @throws BAD_INPUT. */
function readInstances(body: Buffer): Photos {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw refused(`it is not valid JSON: ${(error as Error).message}`);
  }
  const posted = instancesSchema.safeParse(parsed);
  if (!posted.success) throw refused(`instances must be a list of 1 to ${BOUNDS.batch.value} photos`);
  const { instances } = posted.data;
  const count = instances.length;
  if (!Array.isArray(instances[0])) return { bytes: new Uint8Array(), count, encoded: instances.map(encodedOf) };
  const side = (instances[0] as unknown[]).length;
  return { count, ...photosOfJson({ datatype: 'FP32', shape: [count, side, side, 3] }, instances) };
}

function encodedOf(instance: unknown, index: number): Uint8Array {
  const encoded = encodedSchema.safeParse(instance);
  if (encoded.success) return fromBase64(encoded.data);
  throw refused(`instances[${index}] must be pixels as [side, side, 3], or {"b64": "..."} with an encoded photo`);
}
