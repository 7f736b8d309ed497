import { once } from 'node:events';
import { createServer, type IncomingMessage, request as startRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { HubError } from '../../src/errors.js';
import { readFileOfForm } from '../../src/http/rest/file-of-form.js';

const LIMIT = 1000;
const tooLarge = (limit: number): HubError => new HubError('LIMIT_EXCEEDED', `more than ${limit}`);

/** Parts of a form with the boundary B. */
const part = (disposition: string, content: string): string =>
  `--B\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
const file = (content: string, name = 'image'): string => part(`name="${name}"; filename="a.png"`, content);
const END = '--B--\r\n';

/** Sends the beginning of a form to a server that reads it. */
async function send(body: string, contentType = 'multipart/form-data; boundary=B') {
  let received!: (request: IncomingMessage) => void;
  const arrived = new Promise<IncomingMessage>((resolve) => {
    received = resolve;
  });
  const server = createServer((request, response) => {
    received(request);
    request.once('close', () => response.end());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = startRequest({ port, method: 'POST', headers: { 'content-type': contentType } });
  client.on('error', () => undefined); // a test may destroy it
  onTestFinished(() => void client.destroy());
  client.write(body);
  const request = await arrived;
  return { client, request, read: () => readFileOfForm(request, 'image', LIMIT, tooLarge, () => undefined) };
}

it.each([
  ['a file', file('abc'), 'abc'],
  ['an empty file', file(''), ''],
  ['a file of as many bytes as may be', file('x'.repeat(LIMIT)), 'x'.repeat(LIMIT)],
  ['a file that holds line ends and most of a boundary', file('\r\n--\r\n\r\n-B--'), '\r\n--\r\n\r\n-B--'],
  ['nothing', '', undefined],
  ['a file field that was left empty', part('name="image"; filename=""\r\nContent-Type: application/octet-stream', ''), undefined], // biome-ignore format: short
])('reads a form with %s', async (_, parts, expected) => {
  const { client, read } = await send(parts);
  client.end(END);
  expect((await read())?.toString()).toBe(expected);
});

it.each([
  ['a byte too much', file('x'.repeat(LIMIT + 1)), 'LIMIT_EXCEEDED', 'more than 1000'],
  ['another name', file('x', 'photo'), 'BAD_INPUT', 'its file is named "photo"'],
  ['a second file', file('x') + file('y'), 'BAD_INPUT', 'it has a second file'],
  ['a field before the file', part('name="a"', 'b') + file('x'), 'BAD_INPUT', 'it has a field that is not a file'],
  ['a field after the file', file('x') + part('name="a"', 'b'), 'BAD_INPUT', 'it has a field that is not a file'],
  ['a header that is none', `--B\r\nno header\r\n\r\nx\r\n`, 'BAD_INPUT', 'Malformed part header'],
])('refuses a form with %s, and reads it to its end', async (_, parts, code, why) => {
  const { client, request, read } = await send(parts);
  const refused = read();
  await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(why) });
  client.end(END + 'x'.repeat(1_000_000));
  await once(request, 'end');
});

it('refuses a form that ends early, and one without a boundary', async () => {
  const early = await send(file('x').slice(0, -2));
  early.client.end();
  await expect(early.read()).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringMatching(/end of form/),
  });
  const unbound = await send('x', 'multipart/form-data');
  const message = expect.stringMatching(/Boundary not found/);
  await expect(unbound.read()).rejects.toMatchObject({ code: 'BAD_INPUT', message });
});

it('refuses a form whose sender hangs up, while it is read or before', async () => {
  const message = expect.stringMatching(/was cut off/);
  const { client, request, read } = await send(file('x').slice(0, -2));
  const reading = read();
  client.destroy();
  await expect(reading).rejects.toMatchObject({ code: 'BAD_INPUT', message });
  expect(request.destroyed).toBe(true);
  await expect(read()).rejects.toMatchObject({ code: 'BAD_INPUT', message });
});
