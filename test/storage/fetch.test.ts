import type { RequestListener } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { createFetch } from '../../src/storage/fetch.js';
import { type Certificate, localCertificate, serveHttps } from '../support/https-server.js';

const CONTENT = Buffer.from('0123456789');
const never = new AbortController().signal;

let certificate: Certificate;
beforeAll(async () => {
  certificate = await localCertificate();
});

const serve = (listener: RequestListener): Promise<string> => serveHttps(certificate, listener);

const fetcher = (options: { limit?: number; allowPrivate?: boolean } = {}) =>
  createFetch({ limit: 100, allowPrivate: true, ca: certificate.cert, ...options });

const giveContent: RequestListener = (_request, response) => void response.end(CONTENT);

async function fetched(url: string, options = {}): Promise<Buffer> {
  return buffer((await fetcher(options)(url, never)).content);
}

describe('fetching an address', () => {
  it('gives content and its stated size', async () => {
    const { content, bytes } = await fetcher()(await serve(giveContent), never);
    expect(bytes).toBe(10);
    expect((await buffer(content)).equals(CONTENT)).toBe(true);
  });

  it('follows redirects', async () => {
    const target = await serve(giveContent);
    const url = await serve((_request, response) => void response.writeHead(302, { location: target }).end());
    expect((await fetched(url)).equals(CONTENT)).toBe(true);
  });

  it('leaves a packed archive as it is', async () => {
    const url = await serve((_request, response) => void response.setHeader('content-encoding', 'gzip').end(CONTENT));
    expect((await fetched(url)).equals(CONTENT)).toBe(true);
  });

  it('ends with the reason of an abort', async () => {
    const controller = new AbortController();
    const url = await serve((_request, response) => void response.write(CONTENT));
    const { content } = await fetcher()(url, controller.signal);
    controller.abort(new Error('enough'));
    await expect(buffer(content)).rejects.toThrow('enough');
  });
});

describe('fetching is refused', () => {
  it.each([['http://example.com/a.zip'], ['file:///etc/passwd'], ['ftp://example.com/a'], ['no address']])(
    'from %s',
    async (url) => {
      await expect(fetched(url)).rejects.toMatchObject({
        code: 'BAD_INPUT',
        message: 'Only https addresses are used.',
      });
    },
  );

  it.each([
    ['a loopback address', 'https://127.0.0.1:1/a.zip'],
    ['a loopback address in one number', 'https://2130706433/a.zip'],
    ['the metadata service of a cloud', 'https://169.254.169.254/latest'],
    ['a private network', 'https://10.0.0.1/a.zip'],
    ['IPv6 loopback', 'https://[::1]/a.zip'],
    ['IPv4 in IPv6', 'https://[::ffff:127.0.0.1]/a.zip'],
    ['a name that leads to this machine', 'https://localhost:1/a.zip'],
  ])('from %s', async (_, url) => {
    await expect(fetched(url, { allowPrivate: false })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('leads into a private network'),
    });
  });

  it('when a redirect leaves https', async () => {
    const url = await serve(
      (_request, response) => void response.writeHead(302, { location: 'http://localhost/' }).end(),
    );
    await expect(fetched(url)).rejects.toMatchObject({ message: 'Only https addresses are used.' });
  });

  it('when redirects do not end', async () => {
    const url = await serve((_request, response) => void response.writeHead(302, { location: '/' }).end());
    await expect(fetched(url)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('edirect'),
    });
  });

  it('when the answer is an error, or no server answers', async () => {
    const url = await serve((_request, response) => void response.writeHead(404).end());
    await expect(fetched(url)).rejects.toMatchObject({ message: 'The address answers with status 404.' });
    await expect(fetched('https://localhost:1/')).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('cannot be reached'),
    });
  });

  it('when the certificate is not trusted', async () => {
    const fetch = createFetch({ limit: 100, allowPrivate: true });
    await expect(fetch(await serve(giveContent), never)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('when it states more bytes than the limit, or sends them', async () => {
    const stating = await serve((_request, response) => void response.setHeader('content-length', 500).flushHeaders());
    await expect(fetched(stating)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit: 100, received: 500 },
    });
    const sending = await serve((_request, response) => {
      for (let i = 0; i < 20; i++) response.write(CONTENT);
      response.end();
    });
    await expect(fetched(sending)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', details: { limit: 100 } });
  });

  it('when the transfer breaks off before its content is read', async () => {
    const url = await serve((_request, response) => {
      response.setHeader('content-length', 50);
      response.write(CONTENT, () => response.destroy());
    });
    const { content } = await fetcher()(url, never);
    await fetched(await serve(giveContent)); // by then the connection is lost
    await expect(buffer(content)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('when the transfer breaks off', async () => {
    const url = await serve((_request, response) => {
      response.setHeader('content-length', 50);
      response.write(CONTENT, () => response.destroy());
    });
    await expect(fetched(url)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});
