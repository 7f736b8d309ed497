import { z } from 'zod';
import type { Caller } from '../../domain/caller.js';
import { PRODUCTION } from '../../domain/model/gate.js';
import { modelIn } from '../../domain/permission.js';
import { HubError } from '../../errors.js';
import type { FairLimit } from '../../fair-limit.js';
import { BOUNDS } from '../../limits.js';
import { toClassification } from '../../schema/classification/to-classification.js';
import type { Answerer } from '../../serving/answer.js';
import { TOP_LIMIT } from '../../serving/classification-bounds.js';
import type { Deployments } from '../../serving/deployments.js';
import { requestKey } from '../request-key.js';
import { json, type Route, withQuery } from '../route.js';
import { classificationSchema } from './classification-schema.js';
import { PHOTO_CONTENTS, postedPhoto } from './photo.js';
import { text, wholeNumber } from './query.js';

/** The largest version number that the database can hold. */
const MAX_VERSION = 2 ** 31 - 1;

const querySchema = z
  .strictObject({
    model: text.optional().describe('Name of the model; optional while only one serves.'),
    alias: text.optional().describe(`Alias whose version answers, \`${PRODUCTION}\` by default.`),
    version: wholeNumber(1, MAX_VERSION).optional().describe('Number of a version, in place of an alias.'),
    topK: wholeNumber(1, TOP_LIMIT).default(5).describe('Number of classes to list, 5 by default.'),
  })
  .refine(({ alias, version }) => alias === undefined || version === undefined, 'give an alias or a version, not both');

/** Bytes of a form around its photo. */
const FORM_ROOM = 10_000;

/** `POST /v1/classify`: takes a photo and returns GraphQL's Classification. */
export function classifyRoute(answerer: Answerer, deployments: Deployments, unpacking: FairLimit): Route {
  return {
    method: 'post',
    path: '/v1/classify',
    needs: { role: 'VIEWER', model: modelIn('model') },
    maxBody: BOUNDS.photo.value + FORM_ROOM,
    name: 'classify',
    summary: 'Classify a photo',
    description: 'The photo is the body, or the file `image` of a form. Its format is read from the bytes.',
    body: PHOTO_CONTENTS,
    answers: { 200: json(classificationSchema) },
    refusals: [400, 404, 413, 415, 422, 503, 504],
    ...withQuery(querySchema, async (query, request, response) => {
      const { model = onlyModel(deployments), alias = PRODUCTION, version, topK } = query;
      const target = version === undefined ? { alias } : { version };
      const { tokenId: caller } = response.locals.caller as Caller;
      const requestId = response.locals.requestId as string;
      const question = { caller, requestId, model, target, topK, outlierScore: true, key: requestKey(request) };
      const photo = postedPhoto(request, (unpack) => unpacking.run(caller, unpack));
      response.json(toClassification(await answerer.answer(photo, question)));
    }),
  };
}

function onlyModel(deployments: Deployments): string {
  const models = [...new Set(deployments.list().map(({ version }) => version.model))].sort();
  const [model, ...others] = models;
  if (model === undefined) throw new HubError('NOT_DEPLOYED', 'No model serves: promote a version first.');
  if (others.length === 0) return model;
  throw new HubError('BAD_INPUT', `Several models serve: choose one with ?model= (${models.join(', ')}).`, {
    models,
  });
}
