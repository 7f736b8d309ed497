import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { resolveConfig } from '../../src/config.js';
import { withoutBasePath } from '../../src/http/base-path.js';
import { listen } from '../../src/http/listen.js';

it.each([
  ['/hub', '/hub', '/'],
  ['/hub', '/hub/', '/'],
  ['/hub', '/hub?a=/hub/', '/?a=/hub/'],
  ['/hub', '/hub/v1/classify?topK=1', '/v1/classify?topK=1'],
  ['/hub', '/v1/classify', '/v1/classify'],
  ['/hub', '/hubs/1', '/hubs/1'],
  ['/hub', '/hub/hub/1', '/hub/1'],
  ['', '/runs', '/runs'],
])('with the base path "%s" %s is %s', (basePath, url, expected) => {
  const request = { url } as IncomingMessage;
  withoutBasePath(basePath)(request);
  expect(request.url).toBe(expected);
});

it.each([
  ['/hub', '/hub'],
  ['/team/hub/', '/team/hub'],
  ['/', ''],
  ['', ''],
])('the base path %s is taken as "%s"', (basePath, expected) => {
  expect(resolveConfig({ basePath }, {}).basePath).toBe(expected);
});

it.each(['hub', 'https://example.com/hub', '//hub', '/a b', '/"><script>', '/hub?x', '/v1', '/graphql/hub'])(
  'the base path %s is refused',
  (basePath) => {
    expect(() => resolveConfig({ basePath }, {})).toThrow(/--base-path must/);
  },
);

it('says in one sentence that a port is taken', async () => {
  const first = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void first.close());
  await once(first, 'listening');
  const { port } = first.address() as AddressInfo;
  await expect(listen(createServer(), '127.0.0.1', port)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: `Port ${port} is taken; stop the program that listens on it, or choose another with --port.`,
  });
});

it('says that a host is not an address of this machine', async () => {
  // An address for documentation (RFC 5737), which no machine has.
  await expect(listen(createServer(), '203.0.113.7', 0)).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: '203.0.113.7 is not an address of this machine; give one with --host, or 0.0.0.0 for all of them.',
  });
});
