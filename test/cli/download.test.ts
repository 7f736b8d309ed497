import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { HubClient } from '../../src/cli/client.js';

/** A server that answers as told, and the requests that it receives. */
async function serve(answer: RequestListener): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** A hub that sends its clients to an address. */
const hubThatSendsTo = (location: string) =>
  serve((_request, response) => response.writeHead(307, { location, 'repr-digest': 'of the file' }).end());

it('follows a hub to its bucket without the token, and takes the digest from the hub', async () => {
  const bucket = await serve((_request, response) => response.end('weights'));
  const hub = await hubThatSendsTo(`${bucket.url}/file?signature=1`);
  const { headers, body } = await new HubClient(hub.url, 'secret').download('/export');
  expect(await new Response(body).text()).toBe('weights');
  expect(headers.get('repr-digest')).toBe('of the file');
  expect(hub.requests.map(({ headers: sent }) => sent.authorization)).toEqual(['Bearer secret']);
  expect(bucket.requests.map(({ url, headers: sent }) => [url, sent.authorization])).toEqual([
    ['/file?signature=1', undefined],
  ]);
});

it('says which option helps when the bucket refuses or cannot be reached', async () => {
  const bucket = await serve((_request, response) => response.writeHead(403).end());
  for (const [address, why] of [
    [`${bucket.url}/file`, /bucket at http:\/\/127.0.0.1:\d+.*\(status 403\).*--downloads hub/],
    ['http://127.0.0.1:9/file', /bucket at http:\/\/127.0.0.1:9.*--downloads hub/],
  ] as const) {
    const hub = await hubThatSendsTo(address);
    await expect(new HubClient(hub.url, 'secret').download('/export')).rejects.toThrow(why);
  }
});
