import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import type Upload from 'graphql-upload/Upload.mjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { processRequest } from '../../src/http/upload/process-request.js';
import { BOUNDS } from '../../src/limits.js';
import { filesIn, temporaryFolder } from '../storage/fixtures.js';
import { smallDisk } from '../support/small-disk.js';

const MAX_FILE = 500_000;
const CONTENT = Buffer.alloc(200_000, 'x');

interface Operations {
  readonly variables: { readonly files: readonly Upload[] };
}
type Work = (uploads: readonly Upload[], request: IncomingMessage) => Promise<unknown>;

/** A promise, and the function that resolves it. */
function deferred(): { promise: Promise<unknown>; resolve: (value: unknown) => void } {
  let resolve: (value: unknown) => void = () => undefined;
  const promise = new Promise<unknown>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const contentOf = async (upload: Upload): Promise<Buffer> => buffer((await upload.promise).createReadStream());

/** Starts a server that answers with what `work` makes of the uploads, or with the error's code and message. @returns its address. */
async function serve(folder: string, work: Work): Promise<string> {
  const answer = async (asked: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const { variables } = (await processRequest(asked, response, { maxFileSize: MAX_FILE, folder })) as Operations;
      response.end(JSON.stringify(await work(variables.files, asked)));
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      response.statusCode = 400;
      response.end(`${code}: ${message}`);
    }
  };
  const server = createServer((asked, response) => void answer(asked, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function formOf(...files: readonly Uint8Array[]): FormData {
  const form = new FormData();
  form.append('operations', JSON.stringify({ variables: { files: files.map(() => null) } }));
  form.append('map', JSON.stringify(Object.fromEntries(files.map((_, i) => [i, [`variables.files.${i}`]]))));
  for (const [i, file] of files.entries()) form.append(String(i), new Blob([new Uint8Array(file)]), `${i}.bin`);
  return form;
}

const send = async (url: string, body: FormData): Promise<string> =>
  (await fetch(url, { method: 'POST', body })).text();

/** Sends a form without the end of its only file. @returns the request, which can be broken off, and its answer. */
function begin(url: string, content: Uint8Array) {
  const sent = request(url, { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=B' } });
  sent.on('error', () => undefined);
  const part = (name: string, value: string): string =>
    `--B\r\nContent-Disposition: form-data; name="${name}\r\n\r\n${value}`;
  sent.write(
    part('operations"', '{"variables":{"files":[null]}}\r\n') + part('map"', '{"0":["variables.files.0"]}\r\n'),
  );
  sent.write(part('0"; filename="a"', ''));
  sent.write(content);
  return { sent, answer: once(sent, 'response').then(([response]) => text(response as IncomingMessage)) };
}

describe('a form with files', () => {
  it('gives each file, in any order, and leaves none behind', async () => {
    const folder = await temporaryFolder();
    const files = [CONTENT, Buffer.from('second'), Buffer.alloc(0)];
    const url = await serve(folder, async (uploads) => {
      const lengths: number[] = [];
      for (const upload of uploads.toReversed()) lengths.push((await contentOf(upload)).length);
      return lengths;
    });
    expect(await send(url, formOf(...files))).toBe('[0,6,200000]');
    await expect.poll(() => filesIn(folder)).toEqual([]);
  });

  it('gives name and type as the client claims them', async () => {
    const url = await serve(await temporaryFolder(), async ([upload]) => upload!.promise);
    expect(JSON.parse(await send(url, formOf(CONTENT)))).toMatchObject({
      filename: '0.bin',
      mimetype: 'application/octet-stream',
    });
  });

  it('leaves none behind where no one reads them', async () => {
    const folder = await temporaryFolder();
    const url = await serve(folder, async () => 'unread');
    expect(await send(url, formOf(CONTENT, CONTENT))).toBe('"unread"');
    await expect.poll(() => filesIn(folder)).toEqual([]);
  });

  it('is refused at once with DISK_FULL where the disk is full', async (context) => {
    const folder = await smallDisk(context, '64k');
    const url = await serve(folder, async ([upload]) => (await contentOf(upload!)).length);
    // The file never ends: only a full disk answers.
    const { answer, sent } = begin(url, CONTENT);
    expect(await answer).toMatch(/^DISK_FULL: The hub's disk is full/);
    sent.destroy();
    await expect.poll(() => filesIn(folder)).toEqual([]);
  });

  it('fails its reader and leaves nothing behind where the client hangs up', async () => {
    const folder = await temporaryFolder();
    const failed = deferred();
    const url = await serve(folder, async ([upload]) => contentOf(upload!).catch(failed.resolve));
    const { sent, answer } = begin(url, CONTENT);
    answer.catch(() => undefined);
    await expect.poll(() => filesIn(folder)).toHaveLength(1);
    sent.destroy();
    expect(await failed.promise).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/^The upload was cut off/),
    });
    await expect.poll(() => filesIn(folder)).toEqual([]);
  });

  it('fails its reader and leaves nothing behind where it was answered before it arrived, and the client left', async () => {
    const folder = await temporaryFolder();
    const failed = deferred();
    const url = await serve(folder, async ([upload]) => {
      const reader = contentOf(upload!);
      await upload!.promise;
      reader.catch(failed.resolve);
      return 'too late';
    });
    const { sent, answer } = begin(url, CONTENT);
    expect(await answer).toBe('"too late"');
    sent.destroy();
    expect(await failed.promise).toMatchObject({
      message: expect.stringMatching(/^The upload was cut off: the request was answered/),
    });
    await expect.poll(() => filesIn(folder)).toEqual([]);
  });

  it('is accepted after the client has hung up, and fails at once', async () => {
    const failed = deferred();
    const folder = await temporaryFolder();
    const server = createServer((asked, response) => {
      asked.once('close', () => {
        processRequest(asked, response, { maxFileSize: MAX_FILE, folder }).catch(failed.resolve);
      });
      setImmediate(() => asked.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { sent, answer } = begin(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, CONTENT);
    answer.catch(() => undefined);
    expect(await failed.promise).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/connection was closed/),
    });
    sent.destroy();
  });

  it('fails the reader of a file that never came', async () => {
    const url = await serve(await temporaryFolder(), async (uploads) => Promise.all(uploads.map(contentOf)));
    const form = formOf(CONTENT, CONTENT);
    form.delete('1');
    expect(await send(url, form)).toBe('BAD_INPUT: The form has no file "1", which its map names.');
  });

  it.each([
    [MAX_FILE, String(MAX_FILE)],
    [MAX_FILE + 1, 'LIMIT_EXCEEDED: The file has more than 500000 bytes, the limit of one file.'],
  ])('answers a file of %i bytes with %s', async (bytes, expected) => {
    const folder = await temporaryFolder();
    const url = await serve(folder, async ([upload]) => (await contentOf(upload!)).length);
    expect(await send(url, formOf(Buffer.alloc(bytes)))).toBe(expected);
    await expect.poll(() => filesIn(folder)).toEqual([]);
  });

  it('with more files than its bound is refused', async () => {
    const url = await serve(await temporaryFolder(), async () => 'read');
    const most = BOUNDS.formFiles.value;
    const files = Array.from({ length: most }, () => Buffer.from('x'));
    expect(await send(url, formOf(...files))).toBe('"read"');
    const more = await send(url, formOf(...files, Buffer.from('x')));
    expect(more).toBe(`LIMIT_EXCEEDED: The form maps ${most + 1} files; the limit of one request is ${most}.`);
  });

  const steps = (count: number): string => Array.from({ length: count }, () => 'a').join('.');
  it.each<[string, object, string | RegExp]>([
    ['one place', { 0: ['variables.files.0'] }, '"read"'],
    ['two places for a file', { 0: ['variables.files.0', 'variables.files.1'] }, '"read"'],
    ['a place twice', { 0: ['variables.files.0', 'variables.files.0'] }, /^BAD_INPUT: .* names "variables.files.0"/],
    [
      '20,000 places',
      { 0: new Array(20_000).fill('variables.files.0') },
      /^LIMIT_EXCEEDED: The form maps 20000 places/,
    ],
    ['20,000 files', Object.fromEntries([...'x'.repeat(20_000)].map((x, i) => [x + i, []])), /maps 20000 files/],
    [
      'a path of 100,000 steps',
      { 0: [steps(100_000)] },
      /^LIMIT_EXCEEDED: A path .* has 199999 characters; the limit is 200/,
    ],
    ['a path of 100 steps', { 0: [steps(100)] }, /^BAD_INPUT: .* where the operations do not have null/],
    ['a list for a path', { 0: [new Array(20_000).fill('x')] }, /^BAD_INPUT: The form's field "map" names .{1,260}$/],
  ])('whose map names %s is answered at once', async (_, map, expected) => {
    const url = await serve(await temporaryFolder(), async () => 'read');
    const form = formOf(CONTENT, CONTENT);
    form.set('map', JSON.stringify(map));
    const began = performance.now();
    expect(await send(url, form)).toMatch(expected);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it.each([
    ['the operations twice', 'operations', '{}', /^BAD_INPUT: .* "operations" comes twice\.$/],
    ['another field', 'note', 'x', /^BAD_INPUT: .* the field "note" is neither\.$/],
  ])('with %s is refused', async (_, name, value, expected) => {
    const url = await serve(await temporaryFolder(), async () => 'read');
    const form = new FormData();
    form.append(name, value);
    for (const [key, content] of formOf(CONTENT)) form.append(key, content as string);
    expect(await send(url, form)).toMatch(expected);
  });

  it('with a file twice fails its reader and leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const failed = deferred();
    const url = await serve(folder, async ([upload, other]) => {
      await contentOf(other!).catch(failed.resolve); // comes after both
      return (await contentOf(upload!)).length;
    });
    const form = formOf(CONTENT, CONTENT);
    form.append('0', new Blob([CONTENT]));
    form.append('1', new Blob([CONTENT]));
    form.delete('1');
    form.append('1', new Blob([CONTENT]));
    await send(url, form);
    expect(await failed.promise).toMatchObject({ message: 'The form has two files named "0".' });
    await expect.poll(() => filesIn(folder)).toEqual([]);
  });

  it.each([
    ['another value', '{"0":["variables.name"]}'],
    ['a place below a text', '{"0":["variables.name.first"]}'],
    ['nothing', '{"0":[""]}'],
    ['the prototype', '{"0":["variables.__proto__"]}'],
    ['a property of all objects', '{"0":["variables.constructor.prototype.x"]}'],
  ])('whose map names %s is refused', async (_, map) => {
    const url = await serve(await temporaryFolder(), async () => 'read');
    const form = new FormData();
    form.append('operations', '{"variables":{"files":[null],"name":"x"}}');
    form.append('map', map);
    form.append('0', new Blob(['x']), 'x');
    expect(await send(url, form)).toMatch(
      /^BAD_INPUT: The form's field "map" names .* where the operations do not have null\.$/,
    );
    expect(Reflect.get({}, 'x')).toBeUndefined();
  });
});
