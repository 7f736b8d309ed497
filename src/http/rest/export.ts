import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ExportService } from '../../domain/model/export-service.js';
import { modelIn } from '../../domain/permission.js';
import { EXPORT_FORMATS } from '../../training/export-formats.js';
import type { Route } from '../route.js';
import { versionOf } from '../version-of.js';
import { oneOf, readQuery } from './query.js';

/** Milliseconds without progress after which a download is aborted, which frees the disk space of its file. */
const PATIENCE = 5 * 60_000;

const querySchema = z.strictObject({ format: oneOf(EXPORT_FORMATS) });

/** `GET /v1/models/{model}/versions/{version}/export?format=...`: a model version in another format. */
export function exportRoute(exports: ExportService): Route {
  return {
    method: 'get',
    path: '/v1/models/:model/versions/:version/export',
    needs: { role: 'VIEWER', model: modelIn('model') },
    async answer(request, response) {
      const { format } = readQuery(querySchema, request.query);
      const version = { model: request.params.model as string, number: versionOf(request) as number, format };
      if (request.method === 'HEAD') {
        await exports.check(version);
        return void response.type('application/octet-stream').end();
      }
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      response.setTimeout(PATIENCE, () => response.destroy());
      const sent = exports.open(
        version,
        async ({ name, bytes, sha256, content }) => {
          response.attachment(name);
          // RFC 9530.
          response.setHeader('repr-digest', `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`);
          if (typeof content === 'string') return redirect(request, response, content);
          response.type('application/octet-stream').setHeader('content-length', bytes);
          await pipeline(content, response);
        },
        gone.signal,
      );
      await sent.catch((error: unknown) => {
        if (!gone.signal.aborted) throw error; // otherwise the client has disconnected
      });
    },
  };
}

/** Sends a client to the bucket. A page cannot read where a redirect leads, and asks for JSON. */
function redirect(request: Request, response: Response, location: string): void {
  response.setHeader('cache-control', 'no-store');
  response.vary('accept');
  if (request.accepts(['application/octet-stream', 'application/json']) === 'application/json') {
    response.removeHeader('content-disposition');
    return void response.json({ location });
  }
  response.redirect(307, location);
}
