import { z } from 'zod';
import type { Caller } from '../../domain/caller.js';
import { PRODUCTION } from '../../domain/model/gate.js';
import { modelIn } from '../../domain/permission.js';
import { HubError } from '../../errors.js';
import type { FairLimit } from '../../fair-limit.js';
import { BOUNDS } from '../../limits.js';
import { toClassification } from '../../schema/classification/classification.type.js';
import type { Answerer } from '../../serving/answer.js';
import { TOP_LIMIT } from '../../serving/classification-bounds.js';
import type { Deployments } from '../../serving/deployments.js';
import { requestKey } from '../request-key.js';
import type { Route } from '../route.js';
import { postedPhoto } from './photo.js';
import { readQuery, text, wholeNumber } from './query.js';

/** The largest version number that the database can hold. */
const MAX_VERSION = 2 ** 31 - 1;

const querySchema = z
  .strictObject({
    /** Optional while only one model serves. */
    model: text.optional(),
    alias: text.optional(),
    version: wholeNumber(1, MAX_VERSION).optional(),
    topK: wholeNumber(1, TOP_LIMIT).default(5),
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
    async answer(request, response) {
      const {
        model = onlyModel(deployments),
        alias = PRODUCTION,
        version,
        topK,
      } = readQuery(querySchema, request.query);
      const target = version === undefined ? { alias } : { version };
      const { tokenId: caller } = response.locals.caller as Caller;
      const question = { caller, model, target, topK, outlierScore: true, key: requestKey(request) };
      const photo = postedPhoto(request, (unpack) => unpacking.run(caller, unpack));
      response.json(toClassification(await answerer.answer(photo, question)));
    },
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
