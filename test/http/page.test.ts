import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import express from 'express';
import { got } from 'got';
import { expect, it, onTestFinished } from 'vitest';
import { servePage } from '../../src/http/page.js';

const SCRIPT = `export const text = '${'a script '.repeat(500)}';`;

async function pageWith(assets: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-page-'));
  await mkdir(join(folder, 'assets'));
  for (const [name, content] of Object.entries(assets)) await writeFile(join(folder, 'assets', name), content);
  const server = express().use(servePage(folder, '')).listen(0, '127.0.0.1');
  onTestFinished(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  await new Promise((listening) => server.once('listening', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Encoding and length of an answer, and whether caches may keep it for ever and know what it depends on. */
async function received(url: string, accepted: string): Promise<object> {
  const asked = { decompress: false, headers: { 'accept-encoding': accepted }, responseType: 'buffer' } as const;
  const { headers, rawBody } = await got(url, asked);
  return {
    encoding: headers['content-encoding'],
    type: headers['content-type']?.toLowerCase(),
    byteLength: rawBody.byteLength,
    immutable: String(headers['cache-control']).includes('immutable'),
    varies: String(headers.vary).toLowerCase().includes('accept-encoding'),
  };
}

it('sends a script as the build has compressed it to those that read Brotli, and to others too', async () => {
  const compressed = brotliCompressSync(SCRIPT);
  const url = `${await pageWith({ 'a-1.js': SCRIPT, 'a-1.js.br': compressed })}/assets/a-1.js`;
  const always = { type: 'text/javascript; charset=utf-8', immutable: true, varies: true };
  for (const accepted of ['gzip, deflate, br, zstd', 'br']) {
    expect(await received(url, accepted)).toEqual({ ...always, encoding: 'br', byteLength: compressed.length });
  }
  expect(await received(url, 'gzip')).toMatchObject({ ...always, encoding: 'gzip' });
  expect(await received(url, 'identity')).toEqual({ ...always, encoding: undefined, byteLength: SCRIPT.length });
});

it('compresses a script of a development build as it sends it', async () => {
  const url = `${await pageWith({ 'b-1.js': SCRIPT })}/assets/b-1.js`;
  expect(await received(url, 'br')).toMatchObject({ encoding: 'br', immutable: true, varies: true });
});
