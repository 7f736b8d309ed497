import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { download } from '../../src/storage/download.js';
import { createFetch } from '../../src/storage/fetch.js';
import { createPost } from '../../src/storage/post.js';
import { proxyFor } from '../../src/storage/proxy.js';
import { forwardProxy } from '../support/forward-proxy.js';
import { type Certificate, localCertificate, serveHttps } from '../support/https-server.js';

const CONTENT = Buffer.from('0123456789');
const never = new AbortController().signal;

let certificate: Certificate;
beforeAll(async () => {
  certificate = await localCertificate();
});

beforeEach(() => {
  for (const name of ['https_proxy', 'http_proxy', 'all_proxy', 'no_proxy']) setProxy({ [name]: '' });
});

/** Sets variables for a test, in the letter case given only. */
function setProxy(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) {
    for (const other of [name.toLowerCase(), name.toUpperCase()]) vi.stubEnv(other, other === name ? value : '');
  }
  onTestFinished(() => void vi.unstubAllEnvs());
}

const target = () => serveHttps(certificate, (_, response) => void response.end(CONTENT));
const hostOf = (url: string) => new URL(url).host;

const post = (url: string) => createPost({ allowPrivate: true, ca: certificate.cert })(url, 'message', {}, never);

async function fetched(url: string, allowPrivate = true): Promise<Buffer> {
  const fetch = createFetch({ limit: 100, allowPrivate, ca: certificate.cert });
  return buffer((await fetch(url, never)).content);
}

/** Downloads CONTENT from a plain address. */
async function downloaded(url: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-proxy-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const md5 = createHash('md5').update(CONTENT).digest('hex');
  return readFile(await download({ url, bytes: CONTENT.length, md5 }, folder));
}

async function plainTarget(): Promise<number> {
  const server = createServer((_, response) => response.end(CONTENT));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('requests pass through the proxy', () => {
  it.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'])('of %s, to https', async (name) => {
    const { url: proxy, asked } = await forwardProxy();
    setProxy({ [name]: proxy });
    const url = await target();
    expect(await fetched(url)).toEqual(CONTENT);
    expect(await post(url)).toBe(200);
    expect(asked).toEqual(new Array(2).fill(`CONNECT ${hostOf(url)}`));
  });

  it.each(['HTTP_PROXY', 'http_proxy'])('of %s, to http', async (name) => {
    const { url: proxy, asked } = await forwardProxy({ leadsTo: await plainTarget() });
    setProxy({ [name]: proxy });
    expect(await downloaded('http://weights.example/v1/a.h5')).toEqual(CONTENT);
    expect(asked).toEqual(['GET http://weights.example/v1/a.h5']);
  });

  it('that is named without a scheme, or asks for a password', async () => {
    const { url: proxy, asked } = await forwardProxy({ login: 'me:se@cret', leadsTo: await plainTarget() });
    setProxy({ HTTPS_PROXY: `me:se%40cret@${hostOf(proxy)}`, HTTP_PROXY: `http://me:se%40cret@${hostOf(proxy)}` });
    await expect(fetched('https://data.example/a.zip')).rejects.toMatchObject({ code: 'BAD_INPUT' }); // no TLS there
    expect(await downloaded('http://weights.example/a.h5')).toEqual(CONTENT);
    expect(asked).toEqual(['CONNECT data.example:443', 'GET http://weights.example/a.h5']);
  });

  it('except to hosts of NO_PROXY, also after a redirect', async () => {
    const { url: proxy, asked } = await forwardProxy();
    const excepted = await target();
    const first = await serveHttps(certificate, (_, response) => response.writeHead(302, { location: excepted }).end());
    setProxy({ HTTPS_PROXY: proxy, no_proxy: `other.example,${hostOf(excepted)}` });
    expect(await fetched(first)).toEqual(CONTENT);
    expect(asked).toEqual([`CONNECT ${hostOf(first)}`]);
  });
});

describe('NO_PROXY', () => {
  const [host, port] = ['https://data.example/a.zip', 'https://data.example:8443/a.zip'];
  const [sub, other] = ['https://a.b.data.example/a.zip', 'https://mydata.example/a.zip'];
  const all = [host, port, sub, other];
  it.each([
    ['data.example', [host, port, sub]],
    ['.data.example', [host, port, sub]],
    ['*.data.example', [host, port, sub]],
    ['other.example, DATA.EXAMPLE.', [host, port, sub]],
    ['data.example:8443', [port]],
    ['data.example:443', [host, sub]],
    ['b.data.example', [sub]],
    ['*', all],
    ['example.org', []],
    ['', []],
  ])('"%s" excepts what curl excepts', (entries, excepted) => {
    setProxy({ HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: entries });
    expect(all.filter((url) => proxyFor(new URL(url)) === undefined)).toEqual(excepted);
  });

  it('excepts addresses as a whole only', () => {
    const urls = ['http://[::1]/', 'http://10.0.0.1/', 'http://10.0.0.1:81/', 'http://110.0.0.1/'];
    setProxy({ HTTP_PROXY: 'http://proxy.example:3128', NO_PROXY: '::1 0.0.1,[::2]:80 10.0.0.1:80' });
    const excepted = urls.filter((url) => proxyFor(new URL(url)) === undefined);
    expect(excepted).toEqual(['http://[::1]/', 'http://10.0.0.1/']);
  });
});

describe('behind a proxy', () => {
  it.each([
    '127.0.0.1',
    '2130706433',
    '10.0.0.1',
    '169.254.169.254',
    '[::1]',
    '[::ffff:10.0.0.1]',
    'localhost',
    'a.localhost.',
  ])('the private address %s is refused before the proxy is asked', async (host) => {
    const { url: proxy, asked } = await forwardProxy();
    setProxy({ HTTPS_PROXY: proxy });
    await expect(fetched(`https://${host}/a.zip`, false)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('leads into a private network'),
    });
    expect(asked).toEqual([]);
  });

  it('a redirect to a private address is refused', async () => {
    const from = await serveHttps(certificate, (_, response) =>
      response.writeHead(302, { location: 'https://10.0.0.1/' }).end(),
    );
    const { url: proxy, asked } = await forwardProxy();
    setProxy({ HTTPS_PROXY: proxy, NO_PROXY: '' });
    await expect(fetched(from.replace('localhost', 'data.example'), false)).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    expect(asked).toHaveLength(1);
  });

  it('a private host that NO_PROXY excepts is refused as without a proxy', async () => {
    setProxy({ HTTPS_PROXY: (await forwardProxy()).url, NO_PROXY: 'localhost' });
    await expect(fetched('https://localhost:1/', false)).rejects.toMatchObject({
      message: expect.stringContaining('leads into a private network'),
    });
  });
});

describe('an error names the proxy, without its password', () => {
  const expectError = async (message: string) => {
    await expect(fetched('https://data.example/a.zip')).rejects.toMatchObject({ code: 'BAD_INPUT', message });
    await expect(post('https://data.example/hook')).rejects.toMatchObject({ code: 'BAD_INPUT', message });
    await expect(downloaded('https://data.example/a.h5')).rejects.toThrow(message.replace(/^The/, 'the'));
  };

  it('that cannot be reached', async () => {
    setProxy({ HTTPS_PROXY: 'http://me:secret@127.0.0.1:1' });
    await expectError(
      'The proxy http://127.0.0.1:1 (HTTPS_PROXY) cannot be reached: connect ECONNREFUSED 127.0.0.1:1.',
    );
    setProxy({ http_proxy: 'http://me:secret@127.0.0.1:1' });
    await expect(downloaded('http://weights.example/a.h5')).rejects.toThrow(
      'the proxy http://127.0.0.1:1 (http_proxy) cannot be reached: connect ECONNREFUSED 127.0.0.1:1.',
    );
  });

  it('that hangs up', async () => {
    const server = createTcpServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    setProxy({ HTTPS_PROXY: proxy });
    await expect(fetched('https://data.example/a.zip')).rejects.toMatchObject({
      message: expect.stringMatching(/^The proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\) cannot be reached: .+\.$/),
    });
  });

  it('that does not answer', async () => {
    const { setTimeout: wait } = globalThis;
    vi.stubGlobal('setTimeout', (work: () => void, ms: number) => wait(work, ms === 20_000 ? 50 : ms));
    onTestFinished(() => void vi.unstubAllGlobals());
    const silent = createTcpServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const proxy = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    setProxy({ https_proxy: proxy });
    await expect(fetched('https://data.example/a.zip')).rejects.toMatchObject({
      message: `The proxy ${proxy} (https_proxy) cannot be reached: no answer within 20 s.`,
    });
  });

  it('that asks for a password', async () => {
    const { url: proxy } = await forwardProxy({ login: 'me:right' });
    setProxy({ HTTPS_PROXY: proxy });
    const remedy = `write them into HTTPS_PROXY, as http://USER:PASSWORD@${hostOf(proxy)}.`;
    await expectError(`The proxy ${proxy} (HTTPS_PROXY) asks for a user and password: ${remedy}`);
    setProxy({ HTTPS_PROXY: proxy.replace('//', '//me:wrong@') });
    await expectError(`The proxy ${proxy} (HTTPS_PROXY) asks for another user and password: ${remedy}`);
    setProxy({ HTTP_PROXY: proxy });
    await expect(downloaded('http://weights.example/a.h5')).rejects.toThrow(
      `the proxy ${proxy} (HTTP_PROXY) asks for a user and password`,
    );
  });

  it('that does not connect to the target', async () => {
    const { url: proxy } = await forwardProxy({ status: 403 });
    setProxy({ HTTPS_PROXY: proxy });
    await expectError(
      `The proxy ${proxy} (HTTPS_PROXY) does not connect to data.example:443: it answers with status 403.`,
    );
  });

  it('of a kind that is not supported', async () => {
    const remedy = 'write it as http://HOST:PORT or https://HOST:PORT.';
    setProxy({ ALL_PROXY: 'socks5://me:secret@127.0.0.1:1080' });
    await expectError(`The variable ALL_PROXY names a proxy of the kind socks5: ${remedy}`);
    setProxy({ HTTPS_PROXY: 'http://:3128' });
    await expectError(`The variable HTTPS_PROXY is not the address of a proxy: ${remedy}`);
  });
});
