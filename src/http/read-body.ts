import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { Hold } from '../serving/photo-source.js';
import { BodyRefusal, CUT_OFF, damaged, tooLong, unsupported } from './body-refusal.js';

/** Functions that unpack the bodies of each Content-Encoding. */
const UNPACK = { gzip: promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress) };

/**
 * Reads a body into memory. What is compressed is unpacked only once it has arrived, and only while there is memory for the
 * largest body. A body that states its length is refused before it is read.
 * @param limit bytes, unpacked. @param hold counts the bytes in memory.
 * @throws LIMIT_EXCEEDED, BAD_INPUT, or what `hold` throws.
 */
export async function readBody(request: IncomingMessage, limit: number, hold: Hold): Promise<Buffer> {
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && !Object.hasOwn(UNPACK, encoding))
    throw new BodyRefusal('BAD_INPUT', unsupported(encoding), {}, 415);
  const stated = Number(request.headers['content-length'] ?? Number.NaN);
  const isKnown = encoding === 'identity' && stated <= limit;
  if (isKnown) hold(stated);
  const sent = await readWire(request, limit, isKnown ? () => undefined : hold);
  if (encoding === 'identity') return sent;
  hold(limit);
  try {
    const unpacked = await UNPACK[encoding as keyof typeof UNPACK](sent, { maxOutputLength: limit });
    hold(unpacked.length - limit);
    return unpacked;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(limit);
    throw badBody(damaged(encoding, message));
  }
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
