import type { Request } from 'express';
import type { Caller } from '../../domain/caller.js';
import { PRODUCTION } from '../../domain/model/gate.js';
import type { ModelVersion } from '../../domain/model/model.js';
import type { ModelService } from '../../domain/model/model-service.js';
import { modelIn, NARROWED, type Permission } from '../../domain/permission.js';
import { HubError } from '../../errors.js';
import type { FairLimit } from '../../fair-limit.js';
import { BOUNDS } from '../../limits.js';
import { PACKAGE } from '../../package.js';
import type { Answerer } from '../../serving/answer.js';
import type { Deployments } from '../../serving/deployments.js';
import { requestKey } from '../request-key.js';
import type { Route } from '../route.js';
import type { Turns } from '../turns.js';
import { versionOf } from '../version-of.js';
import { writeAnswer } from './answer.js';
import { describeModel } from './metadata.js';
import { HEADER_LENGTH, postedPixels } from './posted-pixels.js';

export interface InferenceParts {
  readonly answerer: Answerer;
  readonly deployments: Deployments;
  readonly models: ModelService;
  /** Unpacks compressed bodies one by one, tokens in turn. */
  readonly unpacking: FairLimit;
  readonly turns: Turns;
  /** Whether the version of every alias is loaded. */
  readonly isReady: () => boolean;
}

/** Root path of the protocol. */
export const INFERENCE = '/v2';
/** The body of an error, as the protocol defines it. */
export const inferenceError = (error: string) => ({ error });

const MODEL = `${INFERENCE}/models/:model{/versions/:version}`;

/** Every token may use a model; a token for one model, that model only. */
const OF_MODEL: Permission = { role: 'VIEWER', model: modelIn('model') };

/**
 * The Open Inference Protocol, version 2, over HTTP. Without a version in the path the alias `production` answers.
 * Source: https://github.com/kserve/open-inference-protocol, "Open Inference Protocol (OIP) Specification", and Triton's
 * extensions for binary tensors and classification.
 */
export function inferenceRoutes(parts: InferenceParts): readonly Route[] {
  const { answerer, deployments, isReady, unpacking, turns } = parts;
  return [
    {
      method: 'get',
      path: `${INFERENCE}/health/live`,
      needs: null,
      answer: (_request, response) => void response.json({ live: true }),
    },
    {
      method: 'get',
      path: `${INFERENCE}/health/ready`,
      needs: null,
      answer: (_request, response) => void response.status(isReady() ? 200 : 503).json({ ready: isReady() }),
    },
    {
      method: 'get',
      path: INFERENCE,
      needs: { role: 'VIEWER', model: NARROWED },
      answer: (_request, response) =>
        void response.json({
          name: 'model-hub',
          version: PACKAGE.version,
          extensions: ['binary_tensor_data', 'classification'],
        }),
    },
    {
      method: 'get',
      path: MODEL,
      needs: OF_MODEL,
      async answer(request, response) {
        const { found, versions } = await find(parts, request);
        response.json(describeModel(found, versions));
      },
    },
    {
      method: 'get',
      path: `${MODEL}/ready`,
      needs: OF_MODEL,
      async answer(request, response) {
        const name = request.params.model as string;
        if (request.params.version === undefined) deployments.get(name, PRODUCTION);
        else await find(parts, request);
        response.json({ name, ready: true });
      },
    },
    {
      method: 'post',
      path: `${MODEL}/infer`,
      needs: OF_MODEL,
      maxBody: BOUNDS.inferenceBody.value,
      async answer(request, response) {
        const model = request.params.model as string;
        const version = versionOf(request);
        const target = version === undefined ? { alias: PRODUCTION } : { version };
        const { tokenId: caller } = response.locals.caller as Caller;
        const question = { caller, model, target, topK: 1, outlierScore: false, key: requestKey(request) };
        const pixels = postedPixels(request, {
          unpack: (work) => unpacking.run(caller, work),
          parse: (work) => turns.run(caller, work),
        });
        const { json, binary } = writeAnswer(await answerer.answer(pixels, question));
        if (binary.length === 0) return void response.type('json').send(json);
        response.setHeader(HEADER_LENGTH, Buffer.byteLength(json));
        response.type('application/octet-stream').send(Buffer.concat([Buffer.from(json), ...binary]));
      },
    },
  ];
}

/** The version in a request's path, and the numbers of all versions. @throws NOT_FOUND, or NOT_DEPLOYED. */
async function find(
  { models, deployments }: Pick<InferenceParts, 'models' | 'deployments'>,
  request: Request,
): Promise<{ found: ModelVersion; versions: readonly number[] }> {
  const name = request.params.model as string;
  const number = versionOf(request);
  const model = await models.find({ name });
  if (!model) throw new HubError('NOT_FOUND', `There is no model named ${name}.`, { model: name });
  const found =
    number === undefined
      ? model.aliases.find((alias) => alias.name === PRODUCTION)?.version
      : model.versions.find((version) => version.number === number);
  if (found) return { found, versions: model.versions.map((version) => version.number) };
  if (number === undefined) throw deployments.refusal(name, PRODUCTION);
  throw new HubError('NOT_FOUND', `There is no version ${number} of ${name}.`, { model: name, version: number });
}
