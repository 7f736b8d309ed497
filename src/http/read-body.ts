import type { IncomingMessage } from 'node:http';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Hold } from '../serving/photo-source.js';
import { BodyRefusal, CUT_OFF, damaged, tooLong, unsupported } from './body-refusal.js';

/** Streams that unpack the bodies of each Content-Encoding. */
const UNPACK = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress };
/** Bytes that they unpack at a time. */
const CHUNK = 64 * 1024;
/** Times by which pixels become smaller at most. */
const EXPECTED_RATIO = 4;

/** Runs work when its turn has come. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Reads a body into memory. What is compressed is unpacked only once it has arrived, and only while there is memory for the
 * largest body. A body that states its length is refused before it is read.
 * @param limit bytes, unpacked. @param hold counts the bytes in memory. @param inTurn unpacks.
 * @throws LIMIT_EXCEEDED, BAD_INPUT, or what `hold` throws.
 */
export async function readBody(request: IncomingMessage, limit: number, hold: Hold, inTurn: InTurn): Promise<Buffer> {
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && !Object.hasOwn(UNPACK, encoding))
    throw new BodyRefusal('BAD_INPUT', unsupported(encoding), {}, 415);
  const stated = Number(request.headers['content-length'] ?? Number.NaN);
  const isKnown = encoding === 'identity' && stated <= limit;
  if (isKnown) hold(stated);
  const sent = await readWire(request, limit, isKnown ? () => undefined : hold);
  if (encoding === 'identity') return sent;
  hold(limit);
  const unpacked = await inTurn(() => unpack(sent, encoding as keyof typeof UNPACK, limit));
  hold(unpacked.length - limit);
  return unpacked;
}

/**
 * Unpacks into one buffer: pieces that are joined at the end would take twice as much, and leave holes that a process does
 * not give back. What unpacks to more than expected gets a buffer for `limit` bytes, of which only those written take memory.
 */
async function unpack(sent: Buffer, encoding: keyof typeof UNPACK, limit: number): Promise<Buffer> {
  let whole = Buffer.allocUnsafeSlow(Math.min(limit, EXPECTED_RATIO * sent.length + CHUNK));
  let bytes = 0;
  const stream = UNPACK[encoding]({ chunkSize: CHUNK });
  stream.end(sent);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (bytes + chunk.length > limit) throw tooLong(limit);
      if (bytes + chunk.length > whole.length) {
        const larger = Buffer.allocUnsafeSlow(limit);
        whole.copy(larger, 0, 0, bytes);
        whole = larger;
      }
      bytes += chunk.copy(whole, bytes);
    }
  } catch (error) {
    throw error instanceof BodyRefusal ? error : badBody(damaged(encoding, (error as Error).message));
  }
  return whole.subarray(0, bytes);
}

/** Reads the bytes as they are sent. A refused body is discarded as it arrives. */
function readWire(request: IncomingMessage, limit: number, hold: Hold): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const stop = (error: unknown): void => {
      request.off('data', take);
      request.resume();
      chunks.length = 0;
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      try {
        if (bytes > limit) throw tooLong(limit);
        hold(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        stop(error);
      }
    };
    const cutOff = (): void => {
      if (!request.readableEnded) stop(badBody(CUT_OFF));
    };
    request.on('data', take);
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', cutOff);
    request.once('close', cutOff);
    if (request.destroyed) cutOff();
  });
}

function badBody(message: string): BodyRefusal {
  return new BodyRefusal('BAD_INPUT', message, {}, 400);
}
