import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { ExportService } from '../domain/model/export-service.js';
import type { PredictionResults } from '../domain/prediction-job/prediction-results.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Deployments } from '../serving/deployments.js';
import { backupRoute } from './backup.js';
import { type InferenceParts, inferenceRoutes } from './inference/routes.js';
import { v1Routes } from './inference/v1-routes.js';
import { metricsRoute } from './metrics.js';
import { classifyRoute } from './rest/classify.js';
import { exportRoute } from './rest/export.js';
import { predictionRoute } from './rest/prediction.js';
import { json, type Route, withJson } from './route.js';

const readySchema = z.object({ status: z.literal('ready') });
const notReadySchema = z.object({
  status: z.enum(['starting', 'unavailable']),
  missing: z.array(z.enum(['versions', 'database'])).describe('What it waits for.'),
});

/** Path of GraphQL, its subscriptions and the playground. */
export const API = '/graphql';

/** What the routes need that every process has. */
export interface ProbeParts {
  readonly metrics: Metrics;
  /** Whether programs on this machine may read `/metrics` without a token. */
  readonly openMetrics: boolean;
  /** Whether every version that serves is loaded. */
  readonly isReady: () => boolean;
  readonly isDatabaseReachable: () => Promise<boolean>;
}

export interface ServingParts extends InferenceParts, ProbeParts {
  readonly deployments: Deployments;
}

export interface RouteParts extends ServingParts {
  readonly exports: ExportService;
  readonly predictionResults: PredictionResults;
  /** Starts a backup as a tar archive. */
  readonly openBackup: () => Promise<Readable>;
  readonly log: Logger;
}

/** All routes except GraphQL's. */
export function routesOf(parts: RouteParts): readonly Route[] {
  const { exports, predictionResults, openBackup, log } = parts;
  return [
    ...servingRoutes(parts),
    exportRoute(exports),
    predictionRoute(predictionResults),
    backupRoute(openBackup, log),
  ];
}

/** The routes of a process that classifies photos. */
export function servingRoutes(parts: ServingParts): readonly Route[] {
  const { answerer, deployments, unpacking } = parts;
  return [
    ...probeRoutes(parts),
    classifyRoute(answerer, deployments, unpacking),
    ...inferenceRoutes(parts),
    ...v1Routes(parts),
  ];
}

/** The routes of every process: whether it lives, whether it is ready, and its metrics. */
export function probeRoutes({ metrics, openMetrics, isReady, isDatabaseReachable }: ProbeParts): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/health',
      needs: null,
      name: 'health',
      summary: 'Whether the process runs',
      ...withJson(z.object({ status: z.literal('ok') }), () => ({ status: 'ok' as const })),
    },
    {
      method: 'get',
      path: '/ready',
      needs: null,
      name: 'ready',
      summary: 'Whether the versions that serve are loaded and the database answers',
      answers: { 200: json(readySchema), 503: json(notReadySchema) },
      async answer(_request, response) {
        const missing = [...(isReady() ? [] : ['versions']), ...((await isDatabaseReachable()) ? [] : ['database'])];
        if (missing.length === 0) return void response.json({ status: 'ready' });
        response.status(503).json({ status: isReady() ? 'unavailable' : 'starting', missing });
      },
    },
    metricsRoute(metrics, openMetrics),
  ];
}
