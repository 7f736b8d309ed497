import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Description, OperationObject } from '../../src/http/openapi/describe.js';
import { ROUTES } from '../schema/permissions.js';
import { colourPhoto } from '../support/colour-images.js';
import { PATIENTLY } from '../support/hub-user.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

let hub: HubWithColours;
let photo: Uint8Array<ArrayBuffer>;
let description: Description;
/** Id of a prediction job that has ended. */
let job: string;

beforeAll(async () => {
  hub = await TestHub.startWithColours();
  photo = new Uint8Array(await colourPhoto('green', 99, 32, 32));
  description = (await (await hub.fetch('/v1/openapi.json')).json()) as Description;
  const path = join(hub.allowed, 'photos');
  await mkdir(path);
  await writeFile(join(path, 'a.png'), photo);
  const input = { model: 'colours', path };
  const { startPrediction } = await hub.ask<{ startPrediction: { id: string } }>('start-prediction', { input });
  job = startPrediction.id;
  const state = async (): Promise<string> =>
    (await hub.ask<{ predictionJob: { state: string } }>('prediction-job', { id: job })).predictionJob.state;
  await vi.waitUntil(async () => (await state()) === 'SUCCEEDED', PATIENTLY);
});
afterAll(() => hub.remove());

interface Operation extends OperationObject {
  readonly path: string;
  readonly method: string;
}

const operations = (): Operation[] =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })),
  );

const operation = (id: string): Operation => operations().find(({ operationId }) => operationId === id)!;

/** A request for a described operation: parts of its path, its query string, headers and body. */
interface Asked {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
}

const KNOWN: Readonly<Record<string, string>> = { model: 'colours', version: '1' };

function ask({ path, method }: Operation, { path: parts, query, headers, body }: Asked = {}): Promise<Response> {
  const named = { ...KNOWN, id: job, ...parts };
  const at = path.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof named) => named[name] as string);
  const init = { method, headers: { authorization: `Bearer ${hub.token}`, ...headers }, redirect: 'manual' as const };
  return hub.fetch(
    `${at}${query ? `?${new URLSearchParams(query)}` : ''}`,
    body === undefined ? init : { ...init, body },
  );
}

/** A schema that also refuses properties that it does not name, where it names any. */
function closed(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed);
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in schema && !('additionalProperties' in schema)
    ? { ...inner, additionalProperties: false }
    : inner;
}

/** Checks that an answer is one of those described. @returns its JSON, if it is JSON. */
async function expectDescribed({ operationId, responses }: Operation, answer: Response): Promise<unknown> {
  const text = await answer.text();
  const described = responses[String(answer.status)];
  expect(described, `${operationId} does not describe ${answer.status} ${text.slice(0, 300)}`).toBeDefined();
  const contents = described!.content ?? {};
  if (Object.keys(contents).length === 0) return undefined;
  const type = (answer.headers.get('content-type') ?? '').split(';')[0]!;
  expect(Object.keys(contents), operationId).toContain(type);
  for (const name of Object.keys(described!.headers ?? {})) expect(answer.headers.has(name), name).toBe(true);
  if (type !== 'application/json') return undefined;
  const schema = closed({ ...contents[type]!.schema, components: description.components }) as object;
  const validate = new Ajv2020({ strict: false }).compile(schema);
  const json: unknown = JSON.parse(text);
  validate(json);
  expect(validate.errors, `${operationId} ${answer.status}: ${text.slice(0, 500)}`).toBeNull();
  return json;
}

const JSON_BODY = { 'content-type': 'application/json' };
const PNG = { 'content-type': 'image/png' };
const tensor = (): string =>
  JSON.stringify({
    id: 'x',
    inputs: [{ name: 'image', shape: [1], datatype: 'BYTES', data: [Buffer.from(photo).toString('base64')] }],
  });
const instances = (): string => JSON.stringify({ instances: [{ b64: Buffer.from(photo).toString('base64') }] });
const form = (): FormData => {
  const filled = new FormData();
  filled.append('image', new Blob([photo]), 'a.png');
  return filled;
};
const BAD_JSON: Asked = { headers: JSON_BODY, body: '{' };
const NO_MODEL: Asked = { path: { model: 'nothing' } };
const NO_VERSION: Asked = { path: { version: '99' } };

/** Requests for each operation with the status that they get. */
const CASES: Readonly<Record<string, readonly (readonly [status: number, asked: () => Asked])[]>> = {
  health: [[200, () => ({})]],
  ready: [[200, () => ({})]],
  metrics: [[200, () => ({})]],
  backup: [[200, () => ({})]],
  openapi: [[200, () => ({})]],
  docs: [[200, () => ({})]],
  classify: [
    [200, () => ({ headers: PNG, body: photo })],
    [200, () => ({ query: { model: 'colours', version: '1', topK: '2' }, body: form() })],
    [404, () => ({ query: { model: 'nothing' }, headers: PNG, body: photo })],
    [415, () => ({ headers: { 'content-type': 'text/html' }, body: 'text' })],
    [422, () => ({ headers: PNG, body: 'no photo' })],
  ],
  exportVersion: [
    [200, () => ({ query: { format: 'safetensors' } })],
    [404, () => ({ ...NO_VERSION, query: { format: 'safetensors' } })],
  ],
  downloadPredictions: [
    [200, () => ({ query: { format: 'csv' } })],
    [404, () => ({ path: { id: '00000000-0000-7000-8000-000000000000' }, query: { format: 'csv' } })],
  ],
  listServedModels: [[200, () => ({})]],
  servedModel: [
    [200, () => ({})],
    [404, () => NO_MODEL],
  ],
  predict: [
    [200, () => ({ body: instances() })],
    [400, () => BAD_JSON],
    [404, () => ({ ...NO_MODEL, body: instances() })],
  ],
  predictOfVersion: [
    [200, () => ({ body: instances() })],
    [404, () => ({ ...NO_VERSION, body: instances() })],
  ],
  serverLive: [[200, () => ({})]],
  serverReady: [[200, () => ({})]],
  serverMetadata: [[200, () => ({})]],
  allStatistics: [[200, () => ({})]],
  repositoryIndex: [
    [200, () => ({})],
    [200, () => ({ body: '{"ready":true}' })],
    [400, () => BAD_JSON],
  ],
  loadModel: [[501, () => ({})]],
  unloadModel: [[501, () => ({})]],
  ...Object.fromEntries(
    ['modelMetadata', 'modelConfig', 'modelStatistics', 'modelReady'].flatMap((name) => [
      [name, [[200, () => ({})] as const, [404, () => NO_MODEL] as const]],
      [`${name}OfVersion`, [[200, () => ({})] as const, [404, () => NO_VERSION] as const]],
    ]),
  ),
  infer: [
    [200, () => ({ body: tensor() })],
    [200, () => ({ headers: PNG, body: photo })],
    [400, () => BAD_JSON],
    [404, () => ({ ...NO_MODEL, body: tensor() })],
  ],
  inferOfVersion: [
    [200, () => ({ body: tensor() })],
    [404, () => ({ ...NO_VERSION, body: tensor() })],
  ],
};

it('is an OpenAPI 3.1 document', async () => {
  const { valid, errors } = await new Validator().validate(description as unknown as Record<string, unknown>);
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(description.openapi).toMatch(/^3\.1\./);
});

it('describes every route besides GraphQL and the page, with the role that each needs', () => {
  const described = operations().map(({ method, path, security, description: text }) => {
    const [, role] = /Needs the role (\w+)\./.exec(text) ?? [];
    expect(security.length > 0, path).toBe(role !== undefined);
    return `${method} ${path} ${role ?? 'open'}`;
  });
  const known = Object.entries(ROUTES)
    .filter(([route]) => !/\/graphql|\{\*path\}/.test(route))
    .flatMap(([route, needs]) => {
      const path = route.replaceAll(/(?<!\\):(\w+)/g, '{$1}').replace('\\:', ':');
      const paths = [
        path.replace(/\{(\/versions\/\{version\})\}/, ''),
        path.replace(/\{(\/versions\/\{version\})\}/, '$1'),
      ];
      return [...new Set(paths)].map((each) => `${each} ${needs === 'open' ? 'open' : needs[0]}`);
    });
  expect(described.toSorted()).toEqual(known.toSorted());
  expect(
    operations()
      .map(({ operationId }) => operationId)
      .toSorted(),
  ).toEqual(Object.keys(CASES).toSorted());
});

it.each(Object.entries(CASES))(
  '%s answers as described, also without a token and out of its ranges',
  async (id, cases) => {
    const own = operation(id);
    for (const [status, asked] of cases) {
      const answer = await ask(own, asked());
      expect(answer.status).toBe(status);
      await expectDescribed(own, answer);
    }
    const stranger = await ask(own, { headers: { authorization: '' } });
    if (own.security.length > 0) expect(stranger.status).toBe(401);
    await expectDescribed(own, stranger);
    for (const { name, in: place, schema } of own.parameters) {
      for (const value of outside(schema)) {
        const given = { [name]: value };
        const asked = place === 'path' ? { path: given, query: { format: 'onnx' } } : { query: given };
        const body = own.method === 'POST' ? { headers: PNG, body: photo } : {};
        const answer = await ask(own, { ...asked, ...body });
        expect(answer.status, `${name}=${value}`).toBe(place === 'path' ? 404 : 400);
        await expectDescribed(own, answer);
      }
    }
  },
);

/** Values that a schema of a parameter does not allow. */
function outside(schema: Readonly<Record<string, unknown>>): string[] {
  if (schema.type === 'integer') return [`${Number(schema.minimum) - 1}`, `${Number(schema.maximum) + 1}`, 'x'];
  return schema.enum ? ['x'] : [];
}

it('takes photos in every content type that it describes', async () => {
  const { requestBody } = operation('classify');
  for (const type of Object.keys(requestBody!.content)) {
    const body = type.startsWith('multipart')
      ? { body: form() }
      : { headers: { 'content-type': type.replace('*', 'png') }, body: photo };
    expect((await ask(operation('classify'), body)).status, type).toBe(200);
  }
});

it('has the paths of a proxy', async () => {
  const proxied = await TestHub.start({ settings: { basePath: '/team/hub' } });
  const { servers } = (await (await proxied.fetch('/v1/openapi.json')).json()) as Description;
  await proxied.remove();
  expect(servers).toEqual([{ url: '/team/hub' }]);
});
