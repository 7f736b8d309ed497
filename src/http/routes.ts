import type { Readable } from 'node:stream';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { ExportService } from '../domain/model/export-service.js';
import type { Metrics } from '../metrics/metrics.js';
import { backupRoute } from './backup.js';
import { type InferenceParts, inferenceRoutes } from './inference/routes.js';
import { metricsRoute } from './metrics.js';
import { classifyRoute } from './rest/classify.js';
import { exportRoute } from './rest/export.js';
import type { Route } from './route.js';

/** Path of GraphQL, of its subscriptions and of the page to try requests. */
export const API = '/graphql';

export interface RouteParts extends InferenceParts {
  readonly metrics: Metrics;
  readonly exports: ExportService;
  /** Whether `/metrics` needs no token from programs of this machine. */
  readonly openMetrics: boolean;
  /** Begins a backup, as a tar archive. */
  readonly openBackup: () => Promise<Readable>;
  readonly log: Logger;
}

/** Every way to ask the hub but GraphQL's. */
export function routesOf(parts: RouteParts): readonly Route[] {
  const { answerer, deployments, exports, metrics, openMetrics, openBackup, isReady, log } = parts;
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
      answer(_request, response) {
        const ready = isReady();
        response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'starting' });
      },
    },
    {
      method: 'get',
      path: API,
      needs: null,
      answer: [
        playgroundPolicy,
        async (_request, response) => {
          const { renderPlayground } = await import('./playground.js'); // 9 MB that a start does without
          response.type('html').send(renderPlayground(API));
        },
      ],
    },
    metricsRoute(metrics, openMetrics),
    classifyRoute(answerer, deployments),
    exportRoute(exports),
    backupRoute(openBackup, log),
    ...inferenceRoutes(parts),
  ];
}

/** The page carries its own scripts and styles in itself and talks to this hub alone. */
const playgroundPolicy = helmet({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'", "'unsafe-inline'", "'unsafe-eval'", 'blob:'],
      styleSrc: ["'self'", "'unsafe-inline'"],
      fontSrc: ["'self'", 'data:'],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'", 'ws:', 'wss:'],
      workerSrc: ["'self'", 'blob:'],
      upgradeInsecureRequests: null,
    },
  },
});
