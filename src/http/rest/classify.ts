import { z } from 'zod';
import { TOP_LIMIT } from '../../domain/classification/classification-bounds.js';
import type { ClassificationService } from '../../domain/classification/classification-service.js';
import { PRODUCTION } from '../../domain/model/gate.js';
import { HubError } from '../../errors.js';
import { modelIn } from '../../schema/permission.js';
import type { Deployments } from '../../serving/deployments.js';
import { requestKey } from '../request-key.js';
import type { Route } from '../route.js';
import { readPhoto } from './photo.js';
import { readQuery } from './query.js';

/** The largest number that the database has for a version. */
const MAX_VERSION = 2 ** 31 - 1;

const querySchema = z
  .strictObject({
    /** May be left out while one model serves. */
    model: z.string().optional(),
    alias: z.string().optional(),
    version: z.coerce.number().int().min(1).max(MAX_VERSION).optional(),
    topK: z.coerce.number().int().min(1).max(TOP_LIMIT).default(5),
  })
  .refine(({ alias, version }) => alias === undefined || version === undefined, 'give an alias or a version, not both');

/** `POST /v1/classify`: a photo in, GraphQL's Classification out. */
export function classifyRoute(classifications: ClassificationService, deployments: Deployments): Route {
  return {
    method: 'post',
    path: '/v1/classify',
    needs: { role: 'VIEWER', model: modelIn('model') },
    async answer(request, response) {
      const {
        model = onlyModel(deployments),
        alias = PRODUCTION,
        version,
        topK,
      } = readQuery(querySchema, request.query);
      const target = version === undefined ? { alias } : { version };
      const photo = (): Promise<Uint8Array> => readPhoto(request, response);
      const question = { model, target, topK, key: requestKey(request) };
      response.json(await classifications.classify(photo, question));
    },
  };
}

function onlyModel(deployments: Deployments): string {
  const models = [...new Set(deployments.list().map(({ version }) => version.model))].sort();
  const [model, ...others] = models;
  if (model === undefined) throw new HubError('NOT_DEPLOYED', 'No model serves: promote a version of one first.');
  if (others.length === 0) return model;
  throw new HubError('BAD_INPUT', `Several models serve: say which one with ?model= (${models.join(', ')}).`, {
    models,
  });
}
