import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { TestHub } from '../support/test-hub.js';

let hub: TestHub;
beforeAll(async () => {
  hub = await TestHub.start();
});
afterAll(() => hub.remove());

const QUERY = '{ datasets { name } }';
const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'multipart/form-data; boundary=B' };
const PREFLIGHT = { 'apollo-require-preflight': 'true' };
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const known = (): Record<string, string> => bearer(hub.token);

interface ErrorAnswer {
  readonly errors: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

const post = (body: string, headers: Record<string, string>): Promise<Response> =>
  hub.fetch('/graphql', { method: 'POST', body, headers });

/** Posts JSON with the token. */
async function ask(body: unknown): Promise<{ status: number; answer: ErrorAnswer }> {
  const response = await post(typeof body === 'string' ? body : JSON.stringify(body), { ...JSON_TYPE, ...known() });
  return { status: response.status, answer: (await response.json()) as ErrorAnswer };
}

/** Begins a request whose body never ends. @returns the answer that came all the same. */
async function begin(headers: Record<string, string>, beginning: string): Promise<{ status: number; body: string }> {
  const unfinished = request(`${hub.url}/graphql`, { method: 'POST', headers });
  unfinished.on('error', () => undefined); // the hub may hang up
  unfinished.write(beginning);
  try {
    const [response] = (await once(unfinished, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, body: await text(response) };
  } finally {
    unfinished.destroy();
  }
}

const part = (name: string, content: string, file = ''): string =>
  `--B\r\nContent-Disposition: form-data; name="${name}"${file && `; filename="${file}"`}\r\n\r\n${content}\r\n`;
const END = '--B--\r\n';
const OPERATIONS = part(
  'operations',
  JSON.stringify({
    query: 'mutation ($image: Upload!) { classify(image: $image, model: "none") { label } }',
    variables: { image: null },
  }),
);
const mapTo = (path: string): string => part('map', JSON.stringify({ 0: [path] }));
const FILE = part('0', 'photo', 'photo.jpg');

it.each(['/', '/graphql', '/health', '/no-such-path'])(
  'leaves it to a proxy to ask browsers for TLS: %s',
  async (path) => {
    const { headers } = await fetch(`${hub.url}${path}`, { headers: { accept: 'text/html' } });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.has('strict-transport-security')).toBe(false);
  },
);

describe('a token', () => {
  const tokens: [string, Record<string, string>][] = [
    ['none', {}],
    ['a wrong one', bearer('wrong')],
    ['an empty one', bearer('')],
    ['another scheme', { authorization: 'Basic Zmlyc3Q6eA==' }],
    ['a very long one', bearer('x'.repeat(10_000))],
  ];

  it.each(tokens)('is needed to ask anything: %s is refused', async (_, headers) => {
    const response = await post(JSON.stringify({ query: QUERY }), { ...JSON_TYPE, ...headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(response.headers.get('content-type')).toBe('application/json');
    const { errors } = (await response.json()) as ErrorAnswer;
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('is refused in the type that clients of GraphQL ask for, in which they read errors', async () => {
    const accept = 'application/graphql-response+json,application/json;q=0.9';
    const response = await post(JSON.stringify({ query: QUERY }), { ...JSON_TYPE, accept });
    expect(response.headers.get('content-type')).toBe('application/graphql-response+json');
  });

  it.each(['first', 'Bearer', 'Basic Zmlyc3Q6eA==', ''])(
    'is refused with what its header lacks: "%s"',
    async (authorization) => {
      const response = await post(JSON.stringify({ query: QUERY }), { ...JSON_TYPE, authorization });
      const { errors } = (await response.json()) as ErrorAnswer;
      expect(errors[0]?.message).toBe(
        'The Authorization header is not a Bearer token: send "Authorization: Bearer TOKEN".',
      );
    },
  );

  it.each(tokens)('is looked at before an upload is read: %s is refused', async (_, headers) => {
    const answer = await begin({ ...FORM_TYPE, ...PREFLIGHT, ...headers }, OPERATIONS);
    expect(answer).toMatchObject({ status: 401, body: expect.stringContaining('UNAUTHENTICATED') });
  });

  const SUBSCRIPTION = { query: 'subscription { runEvents(id: "x") { state } }' };
  const connectWith = (connectionParams: Record<string, unknown>, headers: Record<string, string> = {}) => {
    class WithHeaders extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { headers });
      }
    }
    const url = `${hub.url.replace('http', 'ws')}/graphql`;
    return createClient({ url, webSocketImpl: WithHeaders, connectionParams, retryAttempts: 0 });
  };

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['none', {}, /^No access token: send {"authorization": "Bearer TOKEN"} in the connection parameters\.$/],
    ['none in its headers', { headers: { accept: '*/*' } }, /^No access token/],
    ['a wrong one', { authorization: 'Bearer wrong' }, /^This hub does not know the token/],
    ['a wrong one in its headers', { headers: { authorization: 'Bearer wrong' } }, /^This hub does not know the token/],
    ['no text', { authorization: { $ne: null } }, /^The authorization is not a Bearer token: send/],
    ['another scheme', { authorization: 'Basic x' }, /^The authorization is not a Bearer token: send/],
    ['headers that are a text', { headers: 'authorization: Bearer x' }, /^No access token/],
  ])('is needed to subscribe: %s is refused with the reason', async (_, connectionParams, reason) => {
    const events = connectWith(connectionParams).iterate(SUBSCRIPTION);
    await expect(events.next()).rejects.toMatchObject({ code: 4403, reason: expect.stringMatching(reason) });
  });

  const authorization = (): string => `Bearer ${hub.token}`;
  it.each<[string, () => ReturnType<typeof createClient>]>([
    ['authorization', () => connectWith({ authorization: authorization() })],
    ['Authorization', () => connectWith({ Authorization: authorization() })],
    ["AUTHORIZATION with another scheme's case", () => connectWith({ AUTHORIZATION: `bearer ${hub.token}` })],
    ['headers.authorization', () => connectWith({ headers: { authorization: authorization() } })],
    ['Headers.Authorization', () => connectWith({ Headers: { Authorization: authorization() } })],
    ['headers beside others', () => connectWith({ headers: { accept: '*/*', Authorization: authorization() } })],
    ['the upgrade request', () => connectWith({}, { authorization: authorization() })],
  ])('to subscribe may be in %s', async (_, connect) => {
    const client = connect();
    // Only a connection that was let in comes so far that the run is looked for.
    const events = client.iterate(SUBSCRIPTION);
    await expect(events.next()).rejects.toMatchObject([{ message: 'There is no run with this id.' }]);
    await client.dispose();
  });

  it('is not needed to see whether the hub is alive and ready', async () => {
    const answers = await Promise.all(['/health', '/ready'].map(async (path) => (await hub.fetch(path)).json()));
    expect(answers).toEqual([{ status: 'ok' }, { status: 'ready' }]);
  });

  it.skipIf(process.platform === 'win32')('lies in a file that its owner alone may read', async () => {
    const file = join(hub.data, 'token');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toBe(`${hub.token}\n`);
  });

  it('stands nowhere else in the data folder, which has its hash', async () => {
    const entries = await readdir(hub.data, { recursive: true, withFileTypes: true });
    const holders = { token: new Set<string>(), hash: new Set<string>() };
    const hash = createHash('sha256').update(hub.token).digest('hex');
    for (const entry of entries.filter((found) => found.isFile())) {
      const content = await readFile(join(entry.parentPath, entry.name));
      if (content.includes(hub.token)) holders.token.add(entry.name);
      if (content.includes(hash)) holders.hash.add(entry.name);
    }
    expect([...holders.token]).toEqual(['token']);
    expect(holders.hash.size).toBeGreaterThan(0);
  });

  it('stands in no line of the log', () => {
    expect(hub.log.length).toBeGreaterThan(0);
    expect(JSON.stringify(hub.log)).not.toContain(hub.token);
  });
});

describe('a request from another site', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=B'])(
    'that a page can send without asking (%s) is refused',
    async (type) => {
      const response = await post(JSON.stringify({ query: QUERY }), { 'content-type': type, ...known() });
      expect(response.status).toBe(400);
      expect(await response.text()).toMatch(/Cross-Site Request Forgery|needs the header \\"apollo-require-preflight/);
    },
  );

  it('is refused before anything of its upload is parsed', async () => {
    const answer = await begin({ ...FORM_TYPE, ...known() }, OPERATIONS);
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('apollo-require-preflight: true') });
  });

  it('cannot ask by address: a query in it needs a header that a page cannot send without asking', async () => {
    const response = await hub.fetch(`/graphql?query=${encodeURIComponent(QUERY)}`, { headers: known() });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Cross-Site Request Forgery');
  });

  it('gets no leave from the hub to read answers', async () => {
    const response = await post(JSON.stringify({ query: QUERY }), {
      ...JSON_TYPE,
      ...known(),
      origin: 'https://evil.example',
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
  it.skipIf(outside === undefined)('or machine finds nothing listening but on loopback', async () => {
    expect(new URL(hub.url).hostname).toBe('127.0.0.1');
    const socket = connect({ host: outside, port: Number(new URL(hub.url).port) });
    await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('too much work', () => {
  const EVERY_RUN = `runs { id state recipe { epochs } datasetVersion { id splits { split classes { label images } } }
    epochs { epoch trainLoss validationLoss } }`;
  const nested = (levels: number): string => `${'{ a '.repeat(levels)}${'}'.repeat(levels)}`;
  const tooDeep = { status: 400, message: /depth limit of 10 exceeded, found 12/, code: 'GRAPHQL_VALIDATION_FAILED' };
  const tooCostly = {
    status: 400,
    message: /asks for about \d+ fields; the limit is 50000/,
    code: 'LIMIT_EXCEEDED',
  };
  const cases: [string, { query: string; variables?: Record<string, unknown> }, typeof tooDeep][] = [
    ['by depth', { query: nested(12) }, tooDeep],
    ['by depth through fragments', { query: `{ a { ...F } } fragment F on Query ${nested(11)}` }, tooDeep],
    ['by a large page', { query: `{ runs(page: { first: 200 }) { ${EVERY_RUN} } }` }, tooCostly],
    [
      'by a large page in a variable',
      {
        query: `query ($page: RunPageInput!) { runs(page: $page) { ${EVERY_RUN} } }`,
        variables: { page: { first: 200 } },
      },
      tooCostly,
    ],
    [
      'by a large page in a part of a variable',
      { query: `query ($n: Int!) { runs(page: { first: $n }) { ${EVERY_RUN} } }`, variables: { n: 200 } },
      tooCostly,
    ],
    [
      'by many sheets of pictures',
      {
        query: `{ datasetVersion(id: "x") { ${Array.from({ length: 3 }, (_, i) => `a${i}: contactSheet(label: "a", columns: 15, rows: 15)`).join(' ')} } }`,
      },
      { ...tooCostly, message: /asks for about 675 pictures; the limit is 400/ },
    ],
    [
      'by many large pictures',
      { query: '{ datasetVersion(id: "x") { images(page: { first: 200 }) { images { thumbnail(side: 512) } } } }' },
      { ...tooCostly, message: /asks for about \d+ (pictures|pixels of pictures); the limit is/ },
    ],
    [
      'by one field 1,200 times',
      { query: `{ ${'datasets { name } '.repeat(240)} }` },
      {
        ...tooCostly,
        message: /has 21 fields of one selection with the same name .*datasets.{1,2}\); the limit is 20/,
      },
    ],
    [
      'by one field in many fragments',
      {
        query: `{ ${'... { datasets { name } } '.repeat(30)} }`,
      },
      { ...tooCostly, message: /datasets.{1,2}\); the limit is 20/ },
    ],
    [
      'by many fields',
      { query: `{ ${Array.from({ length: 600 }, (_, i) => `a${i}: version`).join(' ')} }` },
      { ...tooCostly, message: /has 600 fields and fragments that a document names; the limit is 500/ },
    ],
    [
      'by 101 directives',
      { query: `{ datasets ${'@skip(if: true) '.repeat(101)} { name } }` },
      { ...tooCostly, message: /has 101 directives of a document; the limit is 100/ },
    ],
    [
      'by a list of 20,000 ids',
      {
        query: 'query ($ids: [ID!]!) { compareRuns(ids: $ids) { runs { id } } }',
        variables: { ids: new Array(20_000).fill('x') },
      },
      { status: 400, message: /\$ids must have 2 to 10 items; it has 20000\./, code: 'BAD_INPUT' },
    ],
    [
      'by many pages under other names',
      { query: `{ ${Array.from({ length: 28 }, (_, i) => `p${i}: runs { ${EVERY_RUN} }`).join(' ')} }` },
      tooCostly,
    ],
    [
      'by more words than are worth reading',
      { query: `{ ${Array.from({ length: 5500 }, (_, i) => `p${i}:runs{next}`).join(' ')} }` },
      { ...tooCostly, message: /has more than 5000 lexical tokens of a GraphQL document\./ },
    ],
    ...['{a', '[', '{a:', '('].map((bracket): (typeof cases)[number] => [
      `nested deeper than the parser's stack by ${bracket}`,
      { query: `{ runs(filter: ${bracket.repeat(1900)} 1` },
      { ...tooCostly, message: /has 190[0-9] brackets within brackets of a GraphQL document; the limit is 100\./ },
    ]),
    [
      'by fields that each ask the database, though little of it',
      { query: `{ ${Array.from({ length: 101 }, (_, i) => `p${i}:runs{next}`).join(' ')} }` },
      tooCostly,
    ],
    [
      'that a negative page makes look cheap',
      {
        query: `{ less: runs(page: { first: -1000 }) { ${EVERY_RUN} } more: runs(page: { first: 200 }) { ${EVERY_RUN} } }`,
      },
      tooCostly,
    ],
  ];

  it.each(cases)('%s is refused before it begins, with the limit', async (_, body, expected) => {
    const { status, answer } = await ask(body);
    expect(status).toBe(expected.status);
    expect(answer).not.toHaveProperty('data');
    expect(answer.errors.map(({ message }) => message).join('\n')).toMatch(expected.message);
    expect(answer.errors[0]!.extensions.code).toBe(expected.code);
  });

  it.each(cases)('%s is refused over WebSocket as well', async (_, body, expected) => {
    const client = createClient({
      url: `${hub.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: known(),
      retryAttempts: 0,
    });
    const answer = await client
      .iterate(body)
      .next()
      .then(
        ({ value }) => value as unknown,
        (error: unknown) => error,
      );
    await client.dispose();
    expect(JSON.stringify(answer)).toMatch(expected.message);
  });

  it('is not what a default page of runs with all their fields makes', async () => {
    const { answer } = await ask({ query: `{ runs { ${EVERY_RUN} next } }` });
    expect(answer).toEqual({ data: { runs: { runs: [], next: null } } });
  });
});

describe('a request that is not as it should be', () => {
  afterEach(async () => {
    // Whatever it was, the hub still answers, and nobody's prototype has changed.
    expect((await ask({ query: QUERY })).answer).toEqual({ data: { datasets: [] } });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it.each<[string, string, number]>([
    ['JSON that is too large', JSON.stringify({ query: QUERY, filler: 'x'.repeat(1024 ** 2) }), 413],
    ['JSON that ends early', '{"query": "', 400],
    ['JSON without a query', '{}', 400],
    ['a batch', JSON.stringify([{ query: QUERY }]), 400],
    ['a query that cannot be parsed', JSON.stringify({ query: '{ datasets {' }), 400],
    ['a query for what is not there', JSON.stringify({ query: '{ secrets }' }), 400],
    ['a variable that is missing', JSON.stringify({ query: 'query ($id: ID!) { run(id: $id) { id } }' }), 400],
    [
      'a variable of another type',
      JSON.stringify({ query: 'query ($id: ID!) { run(id: $id) { id } }', variables: { id: {} } }),
      400,
    ],
    ['a variable that reaches for a prototype', `{"query":"${QUERY}","variables":{"__proto__":{"polluted":1}}}`, 200],
  ])('%s is answered as what it is', async (_, body, status) => {
    const answered = await ask(body);
    expect(answered.status).toBe(status);
    for (const { extensions } of answered.answer.errors ?? []) expect(extensions.code).not.toMatch(/INTERNAL/);
  });

  it.each<[string, string, RegExp]>([
    ['without a map', `${OPERATIONS}${END}`, /The form has no field "map"/],
    [
      'with the file before the map',
      `${OPERATIONS}${FILE}${mapTo('variables.image')}${END}`,
      /a file comes before "map"/,
    ],
    [
      'with the map before the operations',
      `${mapTo('variables.image')}${OPERATIONS}${FILE}${END}`,
      /"map" comes before "operations"/,
    ],
    ['without operations', END, /no field "operations"|Unexpected end of form/],
    ['with operations that are no JSON', `${part('operations', '{')}${END}`, /"operations" is not valid JSON/],
    [
      'with operations that are a number',
      `${part('operations', '1')}${END}`,
      /"operations" must be a JSON object; 1 was received/,
    ],
    ['with a map that is no JSON', `${OPERATIONS}${part('map', '{')}${END}`, /"map" is not valid JSON/],
    [
      'with a map that is a list',
      `${OPERATIONS}${part('map', '[]')}${END}`,
      /"map" must be a JSON object; \[\] was received/,
    ],
    ['with a map to a number', `${OPERATIONS}${part('map', '{"0":[1]}')}${END}`, /"map" names 1, where the operations/],
    ['that maps to a variable that is not there', `${OPERATIONS}${mapTo('variables.other')}${FILE}${END}`, /image/],
    [
      'that maps to the query',
      `${OPERATIONS}${mapTo('query')}${FILE}${END}`,
      /"map" names "query", where the operations do not have null/,
    ],
    ...['__proto__', '__proto__.polluted', 'variables.__proto__.polluted', 'constructor.prototype.polluted'].map(
      (path): [string, string, RegExp] => [
        `that maps to ${path}`,
        `${OPERATIONS}${mapTo(path)}${FILE}${END}`,
        /map. names .*, where the operations do not have null/,
      ],
    ),
    [
      'whose file is missing',
      `${OPERATIONS}${mapTo('variables.image')}${END}`,
      /The form has no file "0", which its map names/,
    ],
    ['that ends in a header', `${OPERATIONS}${mapTo('variables.image')}--B\r\nContent-Dispo`, /end of form/],
    ['that ends in its file', `${OPERATIONS}${mapTo('variables.image')}${FILE.slice(0, -10)}`, /end of form/],
    ['that is empty', '', /end of form/],
    [
      'with more files than are allowed',
      `${OPERATIONS}${part('map', JSON.stringify(Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, []]))))}${END}`,
      /maps 17 files; the limit of one request is 16/,
    ],
    [
      'with operations that are too large',
      `${part('operations', ' '.repeat(1024 ** 2 + 1))}${END}`,
      /"operations" has more than 1048576 bytes/,
    ],
  ])('a multipart request %s is refused in its own words', async (_, body, message) => {
    const response = await post(body, { ...FORM_TYPE, ...PREFLIGHT, ...known() });
    const { errors } = (await response.json()) as ErrorAnswer;
    expect(errors.map((error) => error.message).join('\n')).toMatch(message);
    for (const { extensions } of errors) expect(extensions.code).not.toMatch(/INTERNAL/);
    expect(response.status).toBeLessThan(500);
  });

  it('a multipart request without a boundary is refused in its own words', async () => {
    const response = await post('x', { 'content-type': 'multipart/form-data', ...PREFLIGHT, ...known() });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Boundary not found');
  });
});

describe('a body that is too long by its Content-Length', () => {
  it.each([
    ['/graphql', JSON_TYPE, '1048576'],
    ['/graphql', { ...FORM_TYPE, ...PREFLIGHT }, String(3 * 1024 ** 2 + 16 * 4 * 1024 ** 3)],
    ['/v1/classify', {}, '50010000'],
    ['/v2/models/colours/infer', {}, '50331648'],
  ])('is refused at %s before it is sent', async (path, headers, limit) => {
    const length = 1e12;
    const sent = request(`${hub.url}${path}`, {
      method: 'POST',
      headers: { ...known(), ...headers, 'content-length': length },
    });
    sent.on('error', () => undefined);
    sent.flushHeaders();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    expect(await text(response)).toContain(`The body has ${length} bytes; the limit of this request is ${limit}.`);
    sent.destroy();
  });
});

describe('HEAD', () => {
  it('makes no backup', async () => {
    const response = await hub.fetch('/backup', { method: 'HEAD', headers: known() });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-tar']);
    expect(hub.log.filter(({ msg }) => msg === 'backup started')).toEqual([]);
  });
});

describe('an answer', () => {
  it.each([
    ['/health', 'no-store'],
    ['/metrics', 'no-store'],
    ['/v2', 'no-store'],
    ['/backup', 'no-store'],
    ['/nothing', 'no-store'],
    ['/graphql?query={datasets{name}}', 'no-store'],
    ['/runs/1', 'no-store', 'text/html'],
    ['/icon.svg', 'no-cache'],
  ])('at %s has the security headers, and may be stored: %s', async (path, stored, accept = 'application/json') => {
    const response = await hub.fetch(path, { headers: { ...known(), ...PREFLIGHT, accept } });
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain("'");
    expect(response.headers.get('cache-control')).toBe(stored);
    await response.body?.cancel();
  });

  it('has a request id of its own, whatever it is', async () => {
    const requests: [string, RequestInit][] = [
      ['/health', {}],
      ['/graphql', {}],
      ['/nothing', {}],
      ['/graphql', { method: 'POST' }],
      ['/graphql', { method: 'POST', headers: { ...known(), ...FORM_TYPE } }],
      ['/graphql', { method: 'POST', headers: { ...known(), ...JSON_TYPE }, body: '{' }],
      ['/graphql', { method: 'POST', headers: { ...known(), ...JSON_TYPE }, body: JSON.stringify({ query: QUERY }) }],
    ];
    const answers = await Promise.all(requests.map(([path, init]) => hub.fetch(path, init)));
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 404, 401, 400, 400, 200]);
    const ids = answers.map(({ headers }) => headers.get('x-request-id'));
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { headers } of answers) expect(headers.get('x-powered-by')).toBeNull();
  });

  it('gives its page to browsers alone, and tells others where the API is', async () => {
    const html = await hub.fetch('/runs/1', { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(await html.text()).toContain('<div id="root">');
    const other = await hub.fetch('/runs/1');
    expect(other.status).toBe(404);
    expect(await other.text()).toContain('/graphql');
  });

  it('with that page takes nothing from another host, and may not', async () => {
    const response = await hub.fetch('/graphql', { headers: { accept: 'text/html' } });
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'self'/);
    expect(policy).not.toMatch(/https?:|\*/);
    expect(policy).not.toMatch(/script-src[^;]*'unsafe-inline'/);
    const page = await response.text();
    expect(page.length).toBeLessThan(3000);
    const parts = [...page.matchAll(/"(\/[^"]*\.(?:js|css|ico))"/g)].map(([, address]) => address!);
    expect(parts).toHaveLength(7);
    for (const address of parts) {
      const part = await hub.fetch(address);
      expect(part.headers.get('cache-control')).toContain('immutable');
      expect(part.headers.get('content-encoding')).toBe('gzip');
      expect((await part.text()).length).toBeGreaterThan(100);
    }
    const plain = await hub.fetch(parts[0]!, { headers: { 'accept-encoding': 'identity' } });
    expect([plain.headers.get('content-encoding'), (await plain.text()).length > 100]).toEqual([null, true]);
    expect((await hub.fetch('/graphql/parts/none.js')).status).toBe(404);
  });
});
