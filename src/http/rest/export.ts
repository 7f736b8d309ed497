import { z } from 'zod';
import type { ExportService } from '../../domain/model/export-service.js';
import { modelIn } from '../../domain/permission.js';
import { EXPORT_FORMATS } from '../../training/export-formats.js';
import { type Route, withQuery } from '../route.js';
import { versionOf } from '../version-of.js';
import { oneOf } from './query.js';
import { FILE_ANSWERS, sendFile } from './send-file.js';

const querySchema = z.strictObject({ format: oneOf(EXPORT_FORMATS) });

/** `GET /v1/models/{model}/versions/{version}/export?format=...`: a model version in another format. */
export function exportRoute(exports: ExportService): Route {
  return {
    method: 'get',
    path: '/v1/models/:model/versions/:version/export',
    needs: { role: 'VIEWER', model: modelIn('model') },
    name: 'exportVersion',
    summary: 'Download a model version',
    answers: FILE_ANSWERS,
    refusals: [400, 404, 413, 503, 507],
    ...withQuery(querySchema, async ({ format }, request, response) => {
      const version = { model: request.params.model as string, number: versionOf(request) as number, format };
      if (request.method === 'HEAD') {
        await exports.check(version);
        return void response.type('application/octet-stream').end();
      }
      await sendFile(request, response, (use, signal) => exports.open(version, use, signal));
    }),
  };
}
