import { readRunFigures } from '../domain/run/run-figures.js';
import { type HttpServer, startHttp, startProbes } from '../http/server.js';
import { CHORES, QUEUED_KINDS } from '../jobs/job-kinds.js';
import { BackupService } from '../maintenance/backup-service.js';
import { Metrics } from '../metrics/metrics.js';
import { PACKAGE } from '../package.js';
import { buildHubSchema } from '../schema/schema.js';
import type { Domain } from './domain.js';
import type { Jobs } from './jobs.js';
import { PAGE_FOLDER } from './packaged.js';
import type { Serving } from './serve.js';
import type { Setup } from './setup.js';
import type { Shared } from './shared.js';
import type { Storage } from './storage.js';

interface Opened {
  readonly storage: Storage;
  readonly shared: Shared;
  readonly serving: Serving;
  readonly domain: Domain;
  readonly jobs: Jobs;
  /** Whether every version that serves is loaded. */
  readonly isReady: () => boolean;
}

/** Starts GraphQL, REST, the Open Inference Protocol and the page on one port. */
export async function startApi(setup: Setup, opened: Opened): Promise<HttpServer> {
  const { storage, shared, serving, domain } = opened;
  const { config, closing } = setup;
  const { prisma, blobs, folder } = storage;
  const { answerer, deployments } = serving;
  const { exports, models } = domain;
  const backups = new BackupService({ prisma, blobs, temporary: folder.temporary });
  const parts = {
    ...serverParts(setup, opened),
    schema: buildHubSchema(domain),
    subscribed: { changes: shared.changes, runs: domain.runs, ingestions: domain.ingestions },
    answerer,
    deployments,
    exports,
    models,
    openBackup: () => backups.open(),
    page: PAGE_FOLDER,
    temporary: folder.temporary,
    admitData: () => shared.quotas.admitData(),
  };
  const http = await startHttp(parts, config.host, config.port);
  closing.add(() => http.close());
  return http;
}

/** Starts the port of a process that only trains, for health checks and metrics. */
export async function startWorkerProbes(setup: Setup, opened: Opened): Promise<HttpServer> {
  const { config, closing } = setup;
  const http = await startProbes(serverParts(setup, opened), config.host, config.port);
  closing.add(() => http.close());
  return http;
}

/** What every process needs to listen. */
function serverParts({ config, log }: Setup, { storage, serving, domain, jobs, isReady }: Opened) {
  const { answerer, deployments } = serving;
  const { queue, runner } = jobs;
  const answers = config.roles.has('api');
  return {
    authentication: domain.tokens,
    rateLimit: domain.rateLimit,
    metrics: new Metrics({
      process: { roles: [...config.roles].join(','), version: PACKAGE.version },
      serving: config.roles.has('serve')
        ? { events: answerer.events, waiting: () => answerer.waiting, deployments: () => deployments.list() }
        : null,
      training: answers ? () => readRunFigures(storage.prisma) : null,
      jobs: {
        kinds: [...QUEUED_KINDS, ...CHORES],
        running: () => runner.running(),
        waiting: answers ? () => queue.waiting() : null,
      },
    }),
    openMetrics: config.openMetrics,
    basePath: config.basePath,
    maxConnections: config.maxConnections,
    isReady,
    isDatabaseReachable: () => storage.database.pool.isReachable(),
    log,
  };
}
