import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { MadeFile } from '../../domain/downloads.js';
import type { Contents } from '../route.js';
import { BYTES } from './query.js';

/** Milliseconds without progress after which a download is aborted, which frees the disk space of its file. */
const PATIENCE = 5 * 60_000;

/** Answers of a route that sends a file: the file, a redirect to the bucket, or where it is there, for clients that prefer JSON. */
export const FILE_ANSWERS: Readonly<Record<number, Contents>> = {
  200: { 'application/octet-stream': BYTES, 'application/json': z.object({ location: z.string() }) },
  307: {},
};

/** Answers with a file that is made for this request, or with the address at which the bucket has it. */
export async function sendFile(
  request: Request,
  response: Response,
  open: (use: (file: MadeFile) => Promise<void>, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.setTimeout(PATIENCE, () => response.destroy());
  const sent = open(async ({ name, bytes, sha256, content }) => {
    response.attachment(name);
    // RFC 9530.
    response.setHeader('repr-digest', `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`);
    if (typeof content === 'string') return redirect(request, response, content);
    response.type('application/octet-stream').setHeader('content-length', bytes);
    await pipeline(content, response);
  }, gone.signal);
  await sent.catch((error: unknown) => {
    if (!gone.signal.aborted) throw error; // otherwise the client has disconnected
  });
}

/** Sends a client to the bucket. A page cannot read where a redirect leads, and asks for JSON. */
function redirect(request: Request, response: Response, location: string): void {
  response.setHeader('cache-control', 'no-store');
  response.vary('accept');
  if (request.accepts(['application/octet-stream', 'application/json']) === 'application/json') {
    response.removeHeader('content-disposition');
    return void response.type('json').json({ location }); // the name of the file had set another type
  }
  response.redirect(307, location);
}
