import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { ExportService } from '../domain/model/export-service.js';
import type { Metrics } from '../metrics/metrics.js';
import { backupRoute } from './backup.js';
import { type InferenceParts, inferenceRoutes } from './inference/routes.js';
import { metricsRoute } from './metrics.js';
import { classifyRoute } from './rest/classify.js';
import { exportRoute } from './rest/export.js';
import type { Route } from './route.js';

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

export interface RouteParts extends InferenceParts, ProbeParts {
  readonly exports: ExportService;
  /** Starts a backup as a tar archive. */
  readonly openBackup: () => Promise<Readable>;
  readonly log: Logger;
}

/** All routes except GraphQL's. */
export function routesOf(parts: RouteParts): readonly Route[] {
  const { answerer, deployments, unpacking, exports, openBackup, log } = parts;
  return [
    ...probeRoutes(parts),
    classifyRoute(answerer, deployments, unpacking),
    exportRoute(exports),
    backupRoute(openBackup, log),
    ...inferenceRoutes(parts),
  ];
}

/** The routes of every process: whether it lives, whether it is ready, and its metrics. */
export function probeRoutes({ metrics, openMetrics, isReady, isDatabaseReachable }: ProbeParts): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/health',
      needs: null,
      answer: (_request, response) => void response.json({ status: 'ok' }),
    },
    {
      method: 'get',
      path: '/ready',
      needs: null,
      async answer(_request, response) {
        const missing = [...(isReady() ? [] : ['versions']), ...((await isDatabaseReachable()) ? [] : ['database'])];
        if (missing.length === 0) return void response.json({ status: 'ready' });
        response.status(503).json({ status: isReady() ? 'unavailable' : 'starting', missing });
      },
    },
    metricsRoute(metrics, openMetrics),
  ];
}
