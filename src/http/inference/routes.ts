import express, { type Request, type Response } from 'express';
import { z } from 'zod';
import type { Caller } from '../../domain/caller.js';
import { PRODUCTION } from '../../domain/model/gate.js';
import { modelIn, NARROWED, type Permission } from '../../domain/permission.js';
import type { FairLimit } from '../../fair-limit.js';
import { BOUNDS } from '../../limits.js';
import { PACKAGE } from '../../package.js';
import type { Answerer, Question } from '../../serving/answer.js';
import { requestKey } from '../request-key.js';
import { BYTES } from '../rest/query.js';
import { json, type Route, withJson } from '../route.js';
import type { Turns } from '../turns.js';
import { versionOf } from '../version-of.js';
import { writeAnswer } from './answer.js';
import {
  configSchema,
  indexEntriesSchema,
  inferenceAnswerSchema,
  liveSchema,
  metadataSchema,
  modelReadySchema,
  readySchema,
  serverSchema,
  statisticsSchema,
} from './answer-schemas.js';
import { HEADER_LENGTH, type InTurns, postedTensor } from './posted-tensor.js';
import { requestSchema } from './request.js';
import { loadingRefused, type ServedModels } from './served-models.js';
import { refused } from './tensor-photos.js';

export interface InferenceParts {
  readonly answerer: Answerer;
  readonly served: ServedModels;
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
const REPOSITORY = `${INFERENCE}/repository`;

/** Every token may use a model; a token for one model, that model only. */
export const OF_MODEL: Permission = { role: 'VIEWER', model: modelIn('model') };
/** Every token; one for a model gets an answer about that model. */
export const OF_ALL: Permission = { role: 'VIEWER', model: NARROWED };

/** What the server tells about itself. The extensions are Triton's. */
export const ABOUT_SERVER = {
  name: 'model-hub',
  version: PACKAGE.version,
  extensions: ['binary_tensor_data', 'classification', 'model_configuration', 'model_repository', 'statistics'],
};

const indexSchema = z.object({ ready: z.boolean().default(false) }).default({ ready: false });

/**
 * The Open Inference Protocol, version 2, over HTTP. Without a version in the path the alias `production` answers.
 * Source: https://github.com/kserve/open-inference-protocol, "Open Inference Protocol (OIP) Specification", and Triton's
 * extensions for binary tensors, classification, configuration, statistics and the index of the repository.
 */
export function inferenceRoutes(parts: InferenceParts): readonly Route[] {
  return [...serverRoutes(parts), ...repositoryRoutes(parts), ...modelRoutes(parts)];
}

function serverRoutes({ isReady }: InferenceParts): Route[] {
  return [
    {
      method: 'get',
      path: `${INFERENCE}/health/live`,
      needs: null,
      name: 'serverLive',
      summary: 'Whether the process runs',
      ...withJson(liveSchema, () => ({ live: true as const })),
    },
    {
      method: 'get',
      path: `${INFERENCE}/health/ready`,
      needs: null,
      name: 'serverReady',
      summary: 'Whether the versions of all aliases are loaded',
      answers: { 200: json(readySchema), 503: json(readySchema) },
      answer: (_request, response) => void response.status(isReady() ? 200 : 503).json({ ready: isReady() }),
    },
    {
      method: 'get',
      path: INFERENCE,
      needs: OF_ALL,
      name: 'serverMetadata',
      summary: 'Name, version and extensions of the server',
      ...withJson(serverSchema, () => ABOUT_SERVER),
    },
  ];
}

function repositoryRoutes({ served }: InferenceParts): Route[] {
  return [
    {
      method: 'get',
      path: `${INFERENCE}/models/stats`,
      needs: OF_ALL,
      name: 'allStatistics',
      summary: 'Statistics of every version that serves',
      ...withJson(statisticsSchema, (_request, response) => served.allStatistics(callerOf(response).model)),
    },
    {
      method: 'post',
      path: `${REPOSITORY}/index`,
      needs: OF_ALL,
      name: 'repositoryIndex',
      summary: 'All versions, and whether they are loaded',
      body: json(indexSchema),
      refusals: [400, 413, 415],
      ...withJson(
        indexEntriesSchema,
        (request, response) => {
          const asked = indexSchema.safeParse(request.body);
          if (!asked.success) throw refused('ready must be true or false');
          return served.index(callerOf(response).model, asked.data.ready);
        },
        express.json({ type: () => true }),
      ),
    },
    ...(['load', 'unload'] as const).map(
      (action): Route => ({
        method: 'post',
        path: `${REPOSITORY}/models/:model/${action}`,
        needs: OF_MODEL,
        name: `${action}Model`,
        summary: `Refused: models are promoted, not ${action}ed`,
        answers: {},
        refusals: [501],
        answer: (request) => {
          throw loadingRefused(request.params.model as string);
        },
      }),
    ),
  ];
}

function modelRoutes(parts: InferenceParts): Route[] {
  const { answerer, served } = parts;
  const about = <A extends z.ZodType>(
    path: string,
    described: Pick<Route, 'name' | 'summary'>,
    schema: A,
    find: (name: string, number: number | undefined) => Promise<z.input<A>>,
  ): Route => ({
    method: 'get',
    path,
    needs: OF_MODEL,
    ...described,
    refusals: [404],
    ...withJson(schema, (request) => find(request.params.model as string, versionOf(request))),
  });
  return [
    about(MODEL, { name: 'modelMetadata', summary: 'Tensors and labels of a model' }, metadataSchema, (name, number) =>
      served.metadata(name, number),
    ),
    about(
      `${MODEL}/config`,
      { name: 'modelConfig', summary: "Configuration in Triton's form" },
      configSchema,
      (name, number) => served.config(name, number),
    ),
    about(
      `${MODEL}/stats`,
      { name: 'modelStatistics', summary: 'Statistics of a version' },
      statisticsSchema,
      (name, number) => served.statisticsOf(name, number),
    ),
    about(
      `${MODEL}/ready`,
      { name: 'modelReady', summary: 'Whether a model can answer' },
      modelReadySchema,
      async (name, number) => {
        await served.requireReady(name, number);
        return { name, ready: true };
      },
    ),
    {
      method: 'post',
      path: `${MODEL}/infer`,
      needs: OF_MODEL,
      maxBody: BOUNDS.inferenceBody.value,
      name: 'infer',
      summary: 'Classify photos, as pixels or encoded',
      description:
        'Tensors in JSON, or after it: then the header `Inference-Header-Content-Length` has the bytes of the JSON. ' +
        'With the value 0, or with the content type of an image, the body is one photo.',
      body: { ...json(requestSchema), 'application/octet-stream': BYTES, 'image/*': BYTES },
      answers: { 200: { ...json(inferenceAnswerSchema), 'application/octet-stream': BYTES } },
      refusals: [400, 404, 413, 415, 422, 503, 504],
      async answer(request, response) {
        const tensor = postedTensor(request, turnsOf(parts, response));
        const { json, binary } = writeAnswer(await answerer.answer(tensor, questionOf(request, response)));
        if (binary.length === 0) return void response.type('json').send(json);
        response.setHeader(HEADER_LENGTH, Buffer.byteLength(json));
        response.type('application/octet-stream').send(Buffer.concat([Buffer.from(json), ...binary]));
      },
    },
  ];
}

const callerOf = (response: Response): Caller => response.locals.caller as Caller;

/** The question of a request whose path names the model. */
export function questionOf(request: Request, response: Response): Question {
  const number = versionOf(request);
  const target = number === undefined ? { alias: PRODUCTION } : { version: number };
  const about = { model: request.params.model as string, target, key: requestKey(request) };
  const requestId = response.locals.requestId as string;
  return { caller: callerOf(response).tokenId, requestId, ...about, topK: 1, outlierScore: false };
}

export function turnsOf(
  { unpacking, turns }: Pick<InferenceParts, 'unpacking' | 'turns'>,
  response: Response,
): InTurns {
  const { tokenId } = callerOf(response);
  return { unpack: (work) => unpacking.run(tokenId, work), parse: (work) => turns.run(tokenId, work) };
}
