import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BOUNDS } from '../../src/limits.js';
import type { ClassificationAnswer } from '../support/answers.js';
import { COLOUR_NAMES, colourPhoto } from '../support/colour-images.js';
import { promoteAs } from '../support/served-colours.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

let hub: HubWithColours;
let photo: Buffer;
beforeAll(async () => {
  [hub, photo] = await Promise.all([TestHub.startWithColours(), colourPhoto('green', 99, 64, 48)]);
});
afterAll(() => hub.remove());

const PNG = { 'content-type': 'image/png' };

function formOf(...files: [field: string, content: Uint8Array | string][]): FormData {
  const form = new FormData();
  for (const [field, content] of files) {
    if (typeof content === 'string') form.append(field, content);
    else form.append(field, new Blob([new Uint8Array(content)]), 'photo.png');
  }
  return form;
}

/** Posts with the token. */
async function post(
  query: string,
  init: RequestInit,
  to: TestHub = hub,
): Promise<{ status: number; answer: unknown; headers: Headers }> {
  const headers = { authorization: `Bearer ${to.token}`, ...(init.headers as Record<string, string>) };
  const response = await to.fetch(`/v1/classify${query}`, { method: 'POST', ...init, headers });
  return { status: response.status, answer: await response.json(), headers: response.headers };
}

const body = (content: Uint8Array, headers: Record<string, string> = PNG): RequestInit => ({
  body: new Uint8Array(content),
  headers,
});

/** The start of a GraphQL upload, up to the first byte of its photo: before that the parser cannot tell that the photo begins. */
function uploadStart(): string {
  const query = 'mutation ($image: Upload!) { classify(model: "colours", image: $image) { label } }';
  const part = (name: string, content: string): string =>
    `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${content}`;
  const operations = part('operations', `${JSON.stringify({ query, variables: { image: null } })}\r\n`);
  const map = part('map', `${JSON.stringify({ 0: ['variables.image'] })}\r\n`);
  return operations + map + part('0"; filename="photo.png', 'P');
}

/** What is the same each time. */
function steady(answer: unknown): unknown {
  const { milliseconds, timing: _, ...rest } = answer as ClassificationAnswer;
  expect(milliseconds).toBeGreaterThan(0);
  return rest;
}

describe('POST /v1/classify', () => {
  it.each<[string, () => RequestInit]>([
    ['the body', () => body(photo)],
    ['a body of bytes', () => body(photo, { 'content-type': 'application/octet-stream' })],
    ['a body that nothing is said of', () => ({ body: new Blob([new Uint8Array(photo)]) })],
    ['a body under another image type', () => body(photo, { 'content-type': 'image/jpeg' })],
    ['a file of a form', () => ({ body: formOf(['image', photo]) })],
  ])('answers about a photo that is %s as GraphQL does', async (_, init) => {
    const { status, answer } = await post('?model=colours', init());
    const { classify } = await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, {
      model: 'colours',
    });
    expect(status).toBe(200);
    expect(steady(answer)).toEqual(steady(classify));
    expect(answer).toMatchObject({ label: 'green', model: 'colours', modelVersion: 1 });
  });

  it('needs no model while one serves', async () => {
    expect((await post('', body(photo))).answer).toMatchObject({ model: 'colours', label: 'green' });
  });

  it.each<[string, number]>([
    ['?alias=production', COLOUR_NAMES.length],
    ['?version=1', COLOUR_NAMES.length],
    ['?version=1&topK=2&model=colours', 2],
    ['?topK=1', 1],
  ])('takes %s', async (query, classes) => {
    const { answer } = await post(query, body(photo));
    expect(answer).toMatchObject({ modelVersion: 1 });
    expect((answer as ClassificationAnswer).top).toHaveLength(classes);
  });

  const large = (): Buffer => Buffer.concat([photo, Buffer.alloc(BOUNDS.photo.value)]);
  const query = [400, 'BAD_INPUT'] as const;
  it.each<[string, string, () => RequestInit, number, string, RegExp]>([
    [
      'without a token',
      '',
      () => ({ ...body(photo), headers: { authorization: '' } }),
      401,
      'UNAUTHENTICATED',
      /token/,
    ],
    [
      'for a model that is not there',
      '?model=none',
      () => body(photo),
      404,
      'NOT_DEPLOYED',
      /^Nothing serves none@pro/,
    ],
    ['for an alias that is not there', '?alias=next', () => body(photo), 404, 'NOT_DEPLOYED', /colours@next/],
    ['for alias and version', '?alias=a&version=1', () => body(photo), ...query, /an alias or a version, not both/],
    [
      'for version 0',
      '?version=0',
      () => body(photo),
      ...query,
      /version must be a whole number from 1 to 2147483647; "0" was received/,
    ],
    [
      'for a version that is no number',
      '?version=latest',
      () => body(photo),
      ...query,
      /version must be a whole number from 1 to 2147483647; "latest" was received/,
    ],
    ...['1.5', '1e3', '0x10', '-1', ' 1', '', '2147483648', '99999999999999999999'].map((version) => {
      const said = new RegExp(
        `version must be a whole number from 1 to 2147483647; ${JSON.stringify(version)} was received`,
      );
      return [`for version "${version}"`, `?version=${version}`, () => body(photo), ...query, said] as [
        string,
        string,
        () => RequestInit,
        400,
        'BAD_INPUT',
        RegExp,
      ];
    }),
    ['for two versions', '?version=1&version=2', () => body(photo), ...query, /version must be .*; \["1","2"\] was/],
    [
      'for no classes',
      '?topK=0',
      () => body(photo),
      ...query,
      /topK must be a whole number from 1 to 1000; "0" was received/,
    ],
    ['for too many classes', '?topK=1001', () => body(photo), ...query, /topK must be .* to 1000; "1001" was received/],
    [
      'for two models',
      '?model=a&model=b',
      () => body(photo),
      ...query,
      /model must be given once; \["a","b"\] was received/,
    ],
    [
      'for what it does not know',
      '?top_k=3',
      () => body(photo),
      ...query,
      /"top_k" is not a parameter; the parameters are model, alias, version, topK/,
    ],
    ['without a photo', '', () => ({ headers: PNG }), ...query, /The body of the request is empty/],
    ['with an empty form', '', () => ({ body: formOf() }), ...query, /no file in the field "image"|form/],
    [
      'with a form whose file has another name',
      '',
      () => ({ body: formOf(['photo', photo]) }),
      ...query,
      /one file, "image"/,
    ],
    ['with two files', '', () => ({ body: formOf(['image', photo], ['image', photo]) }), ...query, /one file, "image"/],
    ['with a field', '', () => ({ body: formOf(['topK', '3'], ['image', photo]) }), ...query, /nothing else/],
    ['with a field in place of the file', '', () => ({ body: formOf(['image', 'x']) }), ...query, /nothing else/],
    [
      'with a form that ends early',
      '',
      () => body(Buffer.from('--B\r\nContent-Dispo'), { 'content-type': 'multipart/form-data; boundary=B' }),
      ...query,
      /end of form/,
    ],
    [
      'with a form without a boundary',
      '',
      () => body(photo, { 'content-type': 'multipart/form-data' }),
      ...query,
      /Boundary not found/,
    ],
    [
      'with a form of a page',
      '',
      () => body(photo, { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'UNSUPPORTED_TYPE',
      /urlencoded was received/,
    ],
    [
      'with JSON',
      '',
      () => body(Buffer.from('{}'), { 'content-type': 'application/json' }),
      415,
      'UNSUPPORTED_TYPE',
      /image\/\*/,
    ],
    [
      'with a body in an unknown encoding',
      '',
      () => body(photo, { ...PNG, 'content-encoding': 'compress' }),
      415,
      'BAD_INPUT',
      /Content-Encoding compress, which the hub does not read: send it as gzip/,
    ],
    ['with a text', '', () => body(Buffer.from('no photo at all')), 422, 'IMAGE_REFUSED', /not a JPEG, PNG/],
    ['with half a photo', '', () => body(photo.subarray(0, photo.length / 2)), 422, 'IMAGE_REFUSED', /truncated/],
    ['with too large a body', '', () => body(large()), 413, 'LIMIT_EXCEEDED', /^Photo is over 50 MB, the limit/],
    [
      'with too large a file',
      '',
      () => ({ body: formOf(['image', large()]) }),
      413,
      'LIMIT_EXCEEDED',
      /^Photo is over 50 MB, the limit/,
    ],
  ])('refuses a request %s', async (_, query, init, status, code, message) => {
    const { status: answered, answer } = await post(query, init());
    expect(answer).toEqual({
      errors: [{ message: expect.stringMatching(message), extensions: expect.objectContaining({ code }) }],
    });
    expect(answered).toBe(status);
    expect((await post('', body(photo))).answer, 'goes on serving').toMatchObject({ label: 'green' });
  });

  const curl = spawnSync('curl', ['--version']).status === 0;
  it.skipIf(!curl || process.platform === 'win32').each([
    ['docs/api.md', '\n## Classify over HTTP\n'],
    ['README.md', '**2. Classify a photo.**'],
    ['docs/getting-started.md', '\n## From a program\n'],
  ])('is what %s shows with curl', async (page, start) => {
    const text = await readFile(new URL(`../../${page}`, import.meta.url), 'utf8');
    const [, section = ''] = text.split(start);
    const [, shown = ''] = /```sh\n([\s\S]+?)```/.exec(section) ?? [];
    await writeFile(join(hub.allowed, 'photo.jpg'), photo);
    const script = shown
      .replaceAll('http://127.0.0.1:4000', hub.url)
      .replaceAll('data/token', join(hub.data, 'token'))
      .replaceAll(/model=(cifar10|pets)/g, 'model=colours')
      .replaceAll('samples/photos/cat-0010.jpg', 'photo.jpg')
      .replaceAll(/^curl .*$/gm, (line) => `${line}; echo`);
    const { stdout } = await promisify(execFile)('bash', ['-euc', script], { cwd: hub.allowed });
    const answers = stdout.split('\n').filter((line) => line !== '');
    expect(answers).toHaveLength(shown.match(/^curl/gm)!.length);
    for (const answer of answers) expect(JSON.parse(answer)).toMatchObject({ label: 'green' });
  });

  it('is what docs/getting-started.md shows in JavaScript', async () => {
    const page = await readFile(new URL('../../docs/getting-started.md', import.meta.url), 'utf8');
    const [, shown = ''] = /```js\n([\s\S]+?)```/.exec(page)!;
    await writeFile(join(hub.allowed, 'photo.jpg'), photo);
    const token = JSON.stringify(join(hub.data, 'token'));
    const program = shown
      .replace('http://127.0.0.1:4000', hub.url)
      .replace("'data/token'", token)
      .replace('model=pets', 'model=colours');
    await writeFile(join(hub.allowed, 'classify.mjs'), program);
    const { stdout } = await promisify(execFile)(process.execPath, ['classify.mjs'], { cwd: hub.allowed });
    expect(stdout).toMatch(/^green [01](\.\d+)?\n$/);
  });

  it('refuses what took longer than the deadline', async () => {
    const late = await TestHub.startWithColours({ settings: { servingDeadline: 1 } });
    onTestFinished(() => late.remove());
    const { status, answer } = await post('?model=colours', body(photo), late);
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'DEADLINE_EXCEEDED' } }] });
    expect(status).toBe(504);
  });
});

describe('POST /v1/classify where two models serve, and one photo may wait', () => {
  let small: HubWithColours;
  beforeAll(async () => {
    small = await TestHub.startWithColours({ settings: { servingQueue: 1 } });
    await promoteAs(small, small.runId, 'paints');
  });
  afterAll(() => small.remove());

  /** Begins a request whose photo does not come. */
  function begin(path: string, headers: Record<string, string>, start: string, length = 100_000, to: TestHub = small) {
    const known = { authorization: `Bearer ${to.token}`, 'apollo-require-preflight': 'true' };
    const sent = request(`${to.url}${path}`, {
      method: 'POST',
      headers: { ...known, ...headers, 'content-length': length },
    });
    sent.flushHeaders();
    sent.write(start);
    const answer = once(sent, 'response').then(async ([response]) => ({
      status: (response as IncomingMessage).statusCode,
      text: (await (response as IncomingMessage).toArray()).join(''),
    }));
    answer.catch(() => undefined); // the first one is broken off
    sent.on('error', () => undefined);
    return { answer, end: () => sent.destroy() };
  }

  async function photosWaiting(at: TestHub = small): Promise<number> {
    const metrics = await at.fetch('/metrics', { headers: { authorization: `Bearer ${at.token}` } });
    return Number(/^modelhub_queue_photos (\d+)$/m.exec(await metrics.text())?.[1]);
  }

  it('needs a model, and names them', async () => {
    const { status, answer } = await post('', body(photo), small);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ errors: [{ message: expect.stringContaining('(colours, paints)') }] });
    expect((await post('?model=paints', body(photo), small)).answer).toMatchObject({ model: 'paints', label: 'green' });
  });

  it('refuses what is too much at once, before it reads it, and says when to ask again', async () => {
    const asked = Array.from({ length: 8 }, () => post('?model=colours', body(photo), small));
    const answers = await Promise.all(asked);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(answers.length);
    for (const { status, answer, headers } of refused) {
      expect(status).toBe(429);
      const { errors } = answer as { errors: { extensions: { code: string; retryAfter: number } }[] };
      const { code, retryAfter } = errors[0]!.extensions;
      expect(code).toBe('OVERLOADED');
      expect(headers.get('retry-after')).toBe(String(retryAfter));
    }
  });

  it.each<[string, string, Record<string, string>, string]>([
    ['GraphQL', '/graphql', { 'content-type': 'multipart/form-data; boundary=x' }, uploadStart()],
    ['REST', '/v1/classify?model=colours', PNG, ''],
    ['the Open Inference Protocol', '/v2/models/colours/infer', {}, ''],
  ])('refuses a photo over %s before its bytes have come when the queue is full', async (_, path, headers, start) => {
    const first = begin(path, headers, start);
    await expect.poll(() => photosWaiting(), { timeout: 60_000 }).toBe(1);
    const second = begin(path, headers, start);
    const { status, text } = await second.answer;
    expect(status).toBe(429);
    expect(text).toContain('The hub has more photos than it can answer');
    for (const { end } of [first, second]) end();
    await expect.poll(() => photosWaiting(), { timeout: 60_000 }).toBe(0);
  });

  it.each([
    ['REST', '/v1/classify?model=colours', PNG],
    ['the Open Inference Protocol', '/v2/models/colours/infer', { 'inference-header-content-length': '100' }],
  ])('refuses a photo over %s when those that wait take too much memory', async (_, path, headers) => {
    const waiting = Array.from({ length: 6 }, () => begin(path, headers, '', 48_000_000, hub));
    await expect.poll(() => photosWaiting(hub), { timeout: 60_000 }).toBe(6);
    const last = begin(path, headers, '', 48_000_000, hub);
    const { status, text } = await last.answer;
    expect(status).toBe(429);
    expect(text).toContain(
      'those of this token that wait have 288 MB, this one 48 MB, and the limit for one token is 300 MB',
    );
    for (const { end } of [...waiting, last]) end();
    await expect.poll(() => photosWaiting(hub), { timeout: 60_000 }).toBe(0);
  });
});
