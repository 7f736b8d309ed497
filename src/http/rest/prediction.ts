import { z } from 'zod';
import { PREDICTION_FORMATS } from '../../domain/prediction-job/prediction-job.js';
import type { PredictionResults } from '../../domain/prediction-job/prediction-results.js';
import { type Route, withQuery } from '../route.js';
import { oneOf } from './query.js';
import { FILE_ANSWERS, sendFile } from './send-file.js';

const querySchema = z.strictObject({ format: oneOf(PREDICTION_FORMATS) });

/** `GET /v1/predictions/{id}?format=...`: the answers of a prediction job as a file. */
export function predictionRoute(results: PredictionResults): Route {
  return {
    method: 'get',
    path: '/v1/predictions/:id',
    needs: { role: 'TRAINER', model: null },
    name: 'downloadPredictions',
    summary: 'Download the answers of a prediction job',
    answers: FILE_ANSWERS,
    refusals: [400, 404, 409, 503, 507],
    ...withQuery(querySchema, async ({ format }, request, response) => {
      const id = request.params.id as string;
      if (request.method === 'HEAD') {
        await results.check(id);
        return void response.type('application/octet-stream').end();
      }
      await sendFile(request, response, (use) => results.open(id, format, use));
    }),
  };
}
