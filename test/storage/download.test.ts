import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { download, type RemoteFile } from '../../src/storage/download.js';

const CONTENT = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7) % 251));
const MD5 = createHash('md5').update(CONTENT).digest('hex');
/** Where a transfer breaks off. */
const BREAK = 120_000;

/** Answers a request; `folder` is where the download goes. */
type Listener = (request: IncomingMessage, response: ServerResponse, folder: string) => unknown;

interface Published {
  readonly file: RemoteFile;
  readonly folder: string;
  /** The Range headers of the requests that came, in order. */
  readonly ranges: (string | undefined)[];
  files(): Promise<string[]>;
}

/** A server that publishes a file, and an empty folder to download it to; both are gone after the test. */
async function published(listener: Listener): Promise<Published> {
  const ranges: (string | undefined)[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'hub-download-'));
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    void listener(request, response, folder);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/weights.h5`;
  return { file: { url, bytes: CONTENT.length, md5: MD5 }, folder, ranges, files: () => readdir(folder) };
}

async function digestOf(path: string): Promise<string> {
  return createHash('md5')
    .update(await readFile(path))
    .digest('hex');
}

/** Serves CONTENT as a server does that knows ranges. */
const whole: Listener = ({ headers }, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  response.writeHead(206, {
    'content-length': CONTENT.length - from,
    'content-range': `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}`,
  });
  response.end(CONTENT.subarray(from));
};

/** Sends what comes before BREAK, and hangs up when that has reached the disk. */
const breaking: Listener = async (_, response, folder) => {
  response.writeHead(206, { 'content-length': CONTENT.length });
  response.write(CONTENT.subarray(0, BREAK));
  await vi.waitUntil(async () => (await stat(join(folder, 'weights.h5.part')).catch(() => null))?.size === BREAK, {
    timeout: 60_000,
  });
  response.destroy();
};

/** Milliseconds between the four tries. */
const PAUSES: readonly (number | undefined)[] = [500, 1000, 2000];

/** Lets the pauses pass at once, and no other time. */
function withoutPauses(): void {
  const { setTimeout: wait } = globalThis;
  const hurried = (work: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): NodeJS.Timeout =>
    wait(work, PAUSES.includes(ms) ? 0 : ms, ...args);
  vi.stubGlobal('setTimeout', hurried);
  onTestFinished(() => void vi.unstubAllGlobals());
}

/** One listener after the other; the last one stays. */
function inTurn(...listeners: Listener[]): Listener {
  return (...request) => (listeners.length > 1 ? listeners.shift()! : listeners[0]!)(...request);
}

describe('a download', () => {
  it('arrives whole under its name, and tells how far it is', async () => {
    const { file, folder, files } = await published(whole);
    const told: [number, number][] = [];
    const path = await download(file, join(folder, 'new'), (...progress) => told.push(progress));
    expect(path).toBe(join(folder, 'new', 'weights.h5'));
    expect(await digestOf(path)).toBe(MD5);
    expect(await files()).toEqual(['new']);
    expect(told.at(-1)).toEqual([CONTENT.length, CONTENT.length]);
    expect(told.map(([done]) => done)).toEqual(told.map(([done]) => done).toSorted((a, b) => a - b));
  });

  it('happens once: what is there is not asked for again', async () => {
    const { file, folder, ranges } = await published(whole);
    const first = await download(file, folder);
    expect(await download(file, folder)).toBe(first);
    expect(ranges).toHaveLength(1);
  });

  it('goes on where it broke off', async () => {
    withoutPauses();
    const { file, folder, ranges, files } = await published(inTurn(breaking, whole));
    expect(await digestOf(await download(file, folder))).toBe(MD5);
    expect(ranges).toEqual(['bytes=0-', `bytes=${BREAK}-`]);
    expect(await files()).toEqual(['weights.h5']);
  });

  it('goes on from what an earlier process left', async () => {
    const { file, folder, ranges } = await published(whole);
    await writeFile(join(folder, 'weights.h5.part'), CONTENT.subarray(0, 1000));
    expect(await digestOf(await download(file, folder))).toBe(MD5);
    expect(ranges).toEqual(['bytes=1000-']);
  });

  it('asks for nothing when all was left but its name', async () => {
    const { file, folder, ranges } = await published(whole);
    await writeFile(join(folder, 'weights.h5.part'), CONTENT);
    expect(await digestOf(await download(file, folder))).toBe(MD5);
    expect(ranges).toEqual([]);
  });

  it('begins anew where the server knows no ranges', async () => {
    const { file, folder } = await published((_, response) => response.end(CONTENT));
    await writeFile(join(folder, 'weights.h5.part'), Buffer.alloc(1000));
    expect(await digestOf(await download(file, folder))).toBe(MD5);
  });

  it('leaves nothing of other bytes of the same number, so that the next try begins anew', async () => {
    const { file, folder, files } = await published(
      inTurn((_, response) => response.end(Buffer.alloc(CONTENT.length)), whole),
    );
    await expect(download(file, folder)).rejects.toThrow(
      /^the file from http:\S+weights\.h5 has the MD5 [0-9a-f]{32}; [0-9a-f]{32} is expected\.$/,
    );
    expect(await files()).toEqual([]);
    expect(await digestOf(await download(file, folder))).toBe(MD5);
  });

  it.each<[string, Listener, RegExp]>([
    ['answers with an error', (_, response) => response.writeHead(404).end(), /answered with status 404\.$/],
    [
      'sends more than there should be',
      (_, response) => response.end(Buffer.concat([CONTENT, CONTENT])),
      /sends more than the 200000 bytes it should have\.$/,
    ],
    ['hangs up', (request) => request.socket.destroy(), /^127\.0\.0\.1:\d+ cannot be reached \(.+\)\.$/],
  ])('is given up at once when the server %s', async (_, listener, message) => {
    const { file, folder, ranges, files } = await published(listener);
    await expect(download(file, folder)).rejects.toThrow(message);
    expect(ranges).toHaveLength(1);
    expect(await files()).not.toContain('weights.h5');
  });

  it('is given up at once when there is no server', async () => {
    const { file, folder } = await published(whole);
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    await expect(download({ ...file, url: `http://127.0.0.1:${port}/weights.h5` }, folder)).rejects.toThrow(
      `127.0.0.1:${port} cannot be reached (connect ECONNREFUSED 127.0.0.1:${port}).`,
    );
  });

  it('that breaks off every time is given up after four, in a sentence, and what came is kept', async () => {
    withoutPauses();
    const none: Listener = (_, response) => {
      response.writeHead(206, { 'content-length': 10 });
      response.write('', () => response.destroy());
    };
    const { file, folder, ranges, files } = await published(inTurn(breaking, none));
    await expect(download(file, folder)).rejects.toThrow(/broke off at 120000 of 200000 bytes.*\.$/);
    expect(ranges).toEqual(['bytes=0-', ...new Array(3).fill(`bytes=${BREAK}-`)]);
    expect(await files()).toEqual(['weights.h5.part']);
  });
});
