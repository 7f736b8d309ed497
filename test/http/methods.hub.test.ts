import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestHub } from '../support/test-hub.js';

let hub: TestHub;
beforeAll(async () => {
  hub = await TestHub.startWithColours();
});
afterAll(() => hub.remove());

const QUERY = '{ datasets { name } }';
const PREFLIGHT = { 'apollo-require-preflight': 'true' };
const known = (): Record<string, string> => ({ authorization: `Bearer ${hub.token}` });

async function ask(method: string, path: string, headers: Record<string, string> = known(), body?: BodyInit) {
  const response = await hub.fetch(path, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const json: unknown = /json/.test(type) ? JSON.parse(text || 'null') : undefined;
  return { status: response.status, allow: response.headers.get('allow'), type, text, json };
}

const graphqlError = (message: RegExp, code: string): unknown => ({
  errors: [{ message: expect.stringMatching(message), extensions: expect.objectContaining({ code }) }],
});
const inferenceError = (message: RegExp): unknown => ({ error: expect.stringMatching(message) });

describe('every path', () => {
  const ALLOWED = {
    '/health': 'GET, HEAD, OPTIONS',
    '/ready': 'GET, HEAD, OPTIONS',
    '/graphql': 'GET, HEAD, POST, OPTIONS',
    '/v1/classify': 'POST, OPTIONS',
    '/v1/models/m/versions/1/export': 'GET, HEAD, OPTIONS',
    '/v1/models': 'GET, HEAD, OPTIONS',
    '/v1/models/m': 'GET, HEAD, OPTIONS',
    '/v1/models/m:predict': 'POST, OPTIONS',
    '/v1/models/m/versions/1:predict': 'POST, OPTIONS',
    '/metrics': 'GET, HEAD, OPTIONS',
    '/backup': 'GET, HEAD, OPTIONS',
    '/v2': 'GET, HEAD, OPTIONS',
    '/v2/health/live': 'GET, HEAD, OPTIONS',
    '/v2/health/ready': 'GET, HEAD, OPTIONS',
    '/v2/models/m': 'GET, HEAD, OPTIONS',
    '/v2/models/m/versions/1': 'GET, HEAD, OPTIONS',
    '/v2/models/m/versions/1/ready': 'GET, HEAD, OPTIONS',
    '/v2/models/m/infer': 'POST, OPTIONS',
    '/v2/models/m/config': 'GET, HEAD, OPTIONS',
    '/v2/models/m/stats': 'GET, HEAD, OPTIONS',
    '/v2/repository/index': 'POST, OPTIONS',
  };

  it.each(Object.entries(ALLOWED))('%s lists %s for OPTIONS', async (path, allow) => {
    expect(await ask('OPTIONS', path, {})).toMatchObject({ status: 204, allow, text: '' });
  });

  it.each(['/', '/runs/1', '/icon.svg'])('%s of the page lists GET for OPTIONS', async (path) => {
    expect(await ask('OPTIONS', path, {})).toMatchObject({ status: 204, allow: 'GET, HEAD, OPTIONS' });
  });

  it.each(Object.entries(ALLOWED))('%s refuses other methods in its own form', async (path, allow) => {
    const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].filter((method) => !allow.includes(method));
    for (const method of methods) {
      const answer = await ask(method, path);
      const said = new RegExp(
        `^${path} does not take ${method}: use ${allow.startsWith('GET') ? 'GET or' : 'POST\\.'}`,
      );
      expect(answer, method).toMatchObject({ status: 405, allow });
      const isInference = /^\/v2|^\/v1\/models(?!.*export)/.test(path);
      const expected = isInference ? inferenceError(said) : graphqlError(said, 'METHOD_NOT_ALLOWED');
      expect(answer.json).toEqual(expected);
    }
  });
});

describe('an unknown path', () => {
  it.each(['/v2/nothing', '/v2/models', '/v2/models/m/explain', '/v2/models/m/versions/1/infer/x'])(
    'below /v2 is answered as the protocol says, also in a browser: %s',
    async (path) => {
      for (const accept of ['text/html', '*/*', 'application/json']) {
        const { status, json } = await ask('GET', path, { accept });
        expect(status).toBe(404);
        expect(json).toEqual(inferenceError(new RegExp(`nothing at GET ${path}`)));
      }
    },
  );

  it.each([
    ['GET', '/v1/clasify'],
    ['POST', '/v1/clasify'],
    ['POST', '/nothing'],
    ['GET', '/nothing'],
  ])('%s %s names the place of the API', async (method, path) => {
    const { status, json } = await ask(method, path);
    expect(status).toBe(404);
    expect(json).toEqual(
      graphqlError(new RegExp(`nothing at ${method} ${path}\\. GraphQL is at /graphql`), 'NOT_FOUND'),
    );
  });
});

describe('GET /graphql', () => {
  const at = (query: string, more: Record<string, string> = {}): string =>
    `/graphql?${new URLSearchParams({ query, ...more })}`;

  it.each(['apollo-require-preflight', 'x-apollo-operation-name'])('runs a query with %s', async (header) => {
    for (const accept of ['application/json', '*/*', 'application/graphql-response+json']) {
      const { status, json } = await ask('GET', at(QUERY), { ...known(), [header]: 'x', accept });
      expect(json).toEqual({ data: { datasets: [{ name: 'colours' }] } });
      expect(status).toBe(200);
    }
  });

  it('takes variables and the name of an operation', async () => {
    const query = 'query A { models { name } } query B($id: ID!) { run(id: $id) { id } }';
    const variables = JSON.stringify({ id: '00000000-0000-7000-8000-000000000000' });
    const answer = await ask('GET', at(query, { operationName: 'B', variables }), { ...known(), ...PREFLIGHT });
    expect(answer.json).toEqual({ data: { run: null } });
  });

  it.each<[string, string, Record<string, string>, number, string]>([
    ['without a token', at(QUERY), { ...PREFLIGHT, authorization: '' }, 401, 'UNAUTHENTICATED'],
    ['without a preflight header', at(QUERY), {}, 400, 'BAD_REQUEST'],
    ['without a query', '/graphql', PREFLIGHT, 400, 'BAD_REQUEST'],
    ['with broken variables', at(QUERY, { variables: '{' }), PREFLIGHT, 400, 'BAD_REQUEST'],
    ['that accepts only pictures', at(QUERY), { ...PREFLIGHT, accept: 'image/png' }, 406, 'BAD_REQUEST'],
  ])('refuses a request %s in JSON', async (_, path, headers, status, code) => {
    const answer = await ask('GET', path, { accept: 'application/json', ...known(), ...headers });
    expect(answer.json).toMatchObject({ errors: [{ extensions: { code } }] });
    expect(answer.status).toBe(status);
  });

  it.each(['mutation { createDataset(input: { name: "d" }) { name } }', 'subscription { changes { kind } }'])(
    'refuses %s with 405',
    async (query) => {
      const answer = await ask('GET', at(query), { ...known(), ...PREFLIGHT });
      expect(answer).toMatchObject({ status: 405, allow: 'POST' });
      expect(answer.json).toMatchObject({ errors: [{ message: expect.stringMatching(/GET/) }] });
      expect((await hub.post(QUERY)).data).toEqual({ datasets: [{ name: 'colours' }] });
    },
  );

  it('is the page to write requests in for browsers alone', async () => {
    const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    for (const accept of [browser, 'text/html']) {
      expect(await ask('GET', '/graphql', { accept })).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
    }
    const prefersJson = 'application/json, text/html;q=0.5';
    expect((await ask('GET', at(QUERY), { ...known(), ...PREFLIGHT, accept: prefersJson })).type).toMatch(/json/);
  });

  it('answers HEAD as GET, without the body', async () => {
    expect(await ask('HEAD', at(QUERY), { ...known(), ...PREFLIGHT })).toMatchObject({ status: 200, text: '' });
  });
});

describe('a body that says it is compressed', () => {
  const whole = gzipSync('{"inputs":[]}');
  const damaged = Buffer.from(whole);
  damaged[15]! ^= 0xff;
  const bodies: [string, string, Uint8Array][] = [
    ['and is not', 'gzip', Buffer.from('{"inputs":[]}')],
    ['and is cut off', 'gzip', whole.subarray(0, whole.length - 9)],
    ['and is damaged', 'gzip', damaged],
    ['as deflate and is not', 'deflate', Buffer.from('{"inputs":[]}')],
    ['as br and is not', 'br', Buffer.from('{"inputs":[]}')],
  ];

  it.each(bodies)('%s (%s) is refused in plain words at every door', async (_, encoding, bytes) => {
    const body = new Uint8Array(bytes);
    const said = new RegExp(`^The body is not valid ${encoding}, which its Content-Encoding states`);
    const headers = { ...known(), 'content-encoding': encoding };
    const inference = await ask('POST', '/v2/models/colours/infer', headers, body);
    expect(inference.status).toBe(400);
    expect(inference.json).toEqual(inferenceError(said));
    const photo = await ask('POST', '/v1/classify', headers, body);
    expect(photo.status).toBe(400);
    expect(photo.json).toEqual(graphqlError(said, 'BAD_INPUT'));
    const json = { ...headers, 'content-type': 'application/json' };
    const graphql = await ask('POST', '/graphql', json, body);
    expect(graphql.status).toBe(400);
    expect(graphql.json).toEqual(graphqlError(said, 'BAD_INPUT'));
  });

  it('but is a form is refused: forms are read as they come', async () => {
    const form = { 'content-type': 'multipart/form-data; boundary=B', 'content-encoding': 'gzip' };
    const said = /^A form cannot be compressed: Content-Encoding gzip was received/;
    for (const path of ['/graphql', '/v1/classify']) {
      const answer = await ask('POST', path, { ...known(), ...PREFLIGHT, ...form }, new Uint8Array(whole));
      expect(answer.json).toEqual(graphqlError(said, 'UNSUPPORTED_TYPE'));
      expect(answer.status).toBe(415);
    }
  });
});
