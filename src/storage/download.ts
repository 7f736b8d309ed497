import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pRetry, { AbortError } from 'p-retry';

/** A file that others publish, and how to know that it arrived whole. */
export interface RemoteFile {
  readonly url: string;
  readonly bytes: number;
  readonly md5: string;
}

/** Times a transfer that broke off is taken up again. */
const RETRIES = 3;
/** Milliseconds until a server must have answered. */
const ANSWER_TIMEOUT = 10_000;

/**
 * Downloads a file once. A transfer that broke off goes on where it ended, also after a restart.
 * @param onProgress bytes so far and in all.
 * @returns the path of the checked file in `folder`.
 * @throws an Error whose message ends in a full stop and says what stood in the way.
 */
export async function download(
  file: RemoteFile,
  folder: string,
  onProgress: (done: number, total: number) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  const target = join(folder, basename(new URL(file.url).pathname));
  if ((await sizeOf(target)) === file.bytes) return target;
  await mkdir(folder, { recursive: true });
  const part = `${target}.part`;
  await pRetry(() => transfer(file, part, onProgress, signal), { retries: RETRIES, minTimeout: 500, signal });
  const md5 = createHash('md5');
  await pipeline(createReadStream(part), md5);
  const received = md5.digest('hex');
  if (received !== file.md5) {
    await rm(part);
    throw new Error(`what ${file.url} sent has the MD5 ${received} where ${file.md5} is expected.`);
  }
  await rename(part, target);
  return target;
}

async function transfer(
  file: RemoteFile,
  part: string,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const have = Math.min(await sizeOf(part), file.bytes);
  if (have === file.bytes) return;
  const response = await ask(file.url, have, signal);
  if (!response.ok || !response.body) throw new AbortError(`${file.url} answered with status ${response.status}.`);
  const resumed = response.status === 206;
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
    await pipeline(response.body, counted, createWriteStream(part, { flags: resumed ? 'a' : 'w' }), { signal });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // fetch's word for a connection that was lost
  }
  if (done < file.bytes) throw new Error(`the transfer from ${file.url} broke off at ${done} of ${file.bytes} bytes.`);
}

/** Asks for a file from a byte on. The limit is on the answer's beginning; the rest may take as long as it does. */
async function ask(url: string, from: number, signal: AbortSignal): Promise<Response> {
  const answered = new AbortController();
  const timer = setTimeout(() => answered.abort(), ANSWER_TIMEOUT);
  try {
    return await fetch(url, {
      headers: { range: `bytes=${from}-` },
      signal: AbortSignal.any([answered.signal, signal]),
    });
  } catch (error) {
    throw new AbortError(`${new URL(url).host} cannot be reached (${reasonOf(error)}).`);
  } finally {
    clearTimeout(timer);
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
