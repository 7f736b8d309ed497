import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import got, { type Agents, RequestError } from 'got';
import pRetry, { AbortError } from 'p-retry';
import { HubError } from '../errors.js';
import { messageOf, type NamedProxy, proxyAgents, proxyFor, proxyRefusal } from './proxy.js';

/** A published file, with the size and hash that its download is checked against. */
export interface RemoteFile {
  readonly url: string;
  readonly bytes: number;
  readonly md5: string;
}

/** Times that a transfer is resumed after it broke off. */
const RETRIES = 3;
/** Milliseconds within which a server must answer. */
const ANSWER_TIMEOUT = 10_000;
/** Milliseconds without a byte after which a transfer counts as broken off. */
const SILENCE = 300_000;

/**
 * Downloads a file once. A transfer that broke off is resumed, also after a restart.
 * @param onProgress bytes so far and in all.
 * @returns the path of the checked file in `folder`.
 * @throws an Error whose message is a clause that ends in a full stop.
 */
export async function download(
  file: RemoteFile,
  folder: string,
  onProgress: (done: number, total: number) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  const target = targetOf(file, folder);
  if (await isDownloaded(file, folder)) return target;
  await mkdir(folder, { recursive: true });
  const part = `${target}.part`;
  await pRetry(() => transfer(file, part, onProgress, signal), { retries: RETRIES, minTimeout: 500, signal });
  const md5 = createHash('md5');
  await pipeline(createReadStream(part), md5);
  const received = md5.digest('hex');
  if (received !== file.md5) {
    await rm(part);
    throw new Error(`the file from ${file.url} has the MD5 ${received}; ${file.md5} is expected.`);
  }
  await rename(part, target);
  return target;
}

/** Whether a file lies in the folder of downloads, in whole. */
export async function isDownloaded(file: RemoteFile, folder: string): Promise<boolean> {
  return (await sizeOf(targetOf(file, folder))) === file.bytes;
}

/**
 * Checks that a server answers for a file, without downloading it.
 * @param timeout milliseconds within which it must answer. @throws as `download`.
 */
export async function checkPublished({ url }: RemoteFile, timeout: number): Promise<void> {
  const { content } = await ask(url, '0-0', new AbortController().signal, timeout);
  content.destroy();
}

function targetOf({ url }: RemoteFile, folder: string): string {
  return join(folder, basename(new URL(url).pathname));
}

async function transfer(
  file: RemoteFile,
  part: string,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const have = Math.min(await sizeOf(part), file.bytes);
  if (have === file.bytes) return;
  const { status, content } = await ask(file.url, `${have}-`, signal);
  const resumed = status === 206;
  let done = resumed ? have : 0;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      done += chunk.byteLength;
      if (done > file.bytes)
        throw new AbortError(`${file.url} sends more than the ${file.bytes} bytes it should have.`);
      onProgress(done, file.bytes);
      yield chunk;
    }
  };
  try {
    await pipeline(content, counted, createWriteStream(part, { flags: resumed ? 'a' : 'w' }), { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RequestError)) throw error; // else the connection was lost
  }
  if (done < file.bytes) throw new Error(`the transfer from ${file.url} broke off at ${done} of ${file.bytes} bytes.`);
}

/** Requests a range of a file. The timeout is on the beginning of the answer; the rest may take any time. */
async function ask(
  url: string,
  range: string,
  signal: AbortSignal,
  timeout = ANSWER_TIMEOUT,
): Promise<{ status: number; content: Readable }> {
  const { host } = new URL(url);
  const proxy = proxyOf(url);
  const tooLate = new AbortController();
  const timer = setTimeout(() => tooLate.abort(), timeout);
  const content = got.stream(url, {
    agent: proxy ? proxyAgents(proxy) : {},
    headers: { range: `bytes=${range}` },
    signal: AbortSignal.any([tooLate.signal, signal]),
    decompress: false, // ranges are of the bytes as they are sent
    retry: { limit: 0 }, // a retry resumes; got would begin again
    throwHttpErrors: false,
    timeout: { socket: SILENCE },
    hooks: { beforeRedirect: [redirect] },
  });
  content.on('error', () => undefined); // the reader gets the error too
  try {
    const [{ statusCode: status }] = (await once(content, 'response')) as [{ statusCode: number }];
    if (status >= 200 && status < 300) return { status, content };
    content.destroy();
    throw proxy && status === 407
      ? clause(proxyRefusal(proxy, status, host))
      : new AbortError(`${url} answered with status ${status}.`);
  } catch (error) {
    if (error instanceof AbortError) throw error;
    signal.throwIfAborted();
    const { cause } = error as Error;
    if (cause instanceof HubError) throw clause(cause);
    const why = tooLate.signal.aborted ? `no answer within ${timeout / 1000} s` : messageOf(error);
    throw new AbortError(`${host} cannot be reached${proxy ? ` through the proxy ${proxy.name}` : ''} (${why}).`);
  } finally {
    clearTimeout(timer);
  }
}

function redirect(options: { url?: unknown; agent?: Agents }): void {
  const proxy = proxyOf(String(options.url));
  options.agent = proxy ? proxyAgents(proxy) : {};
}

function proxyOf(url: string): NamedProxy | undefined {
  try {
    return proxyFor(new URL(url));
  } catch (error) {
    throw error instanceof HubError ? clause(error) : error;
  }
}

/** The error as a clause of another sentence. It ends a download: another attempt would meet it too. */
const clause = ({ message }: HubError): AbortError => new AbortError(message.replace(/^The/, 'the'));

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
