import { type Config, photoMemory } from '../config.js';
import { readRunFigures } from '../domain/run/run-figures.js';
import { ServedModels } from '../http/inference/served-models.js';
import { startClassification, startProbes } from '../http/routes-server.js';
import { Turns } from '../http/turns.js';
import { CHORES, QUEUED_KINDS } from '../jobs/job-kinds.js';
import { Metrics } from '../metrics/metrics.js';
import { PACKAGE } from '../package.js';
import type { Domain } from './domain.js';
import type { Jobs } from './jobs.js';
import type { Serving } from './serve.js';
import type { Setup } from './setup.js';
import type { Shared } from './shared.js';
import type { Storage } from './storage.js';

export interface Opened {
  readonly storage: Storage;
  readonly shared: Shared;
  readonly serving: Serving;
  readonly domain: Domain;
  readonly jobs: Jobs;
  /** Whether every version that serves is loaded. */
  readonly isReady: () => boolean;
}

/** Addresses of a process. */
export interface Ports {
  readonly url: string;
  /** Of the Open Inference Protocol over gRPC; null where the process does not listen for it. */
  readonly grpc: string | null;
}

/** Starts the ports of a process without the role `api`. It loads neither schema nor page. */
export async function startWithoutApi(setup: Setup, opened: Opened): Promise<Ports> {
  const { config, closing } = setup;
  const { host, port } = config;
  const parts = serverParts(setup, opened);
  const { answerer, deployments } = opened.serving;
  const http = config.roles.has('serve')
    ? await startClassification({ ...parts, answerer, deployments, served: servedModels(opened) }, host, port)
    : await startProbes(parts, host, port);
  closing.add(() => http.close());
  return { url: http.url, grpc: await openGrpc(setup, opened, parts) };
}

/** What REST, the Open Inference Protocol and KServe's protocol say about models. */
export function servedModels({ serving: { deployments, statistics }, domain: { models } }: Opened): ServedModels {
  return new ServedModels(models, deployments, statistics);
}

/** Listens for gRPC where it is wanted, in a process that classifies photos. Only then what it needs is loaded. */
export async function openGrpc(
  { config, closing }: Setup,
  opened: Opened,
  parts: ReturnType<typeof serverParts>,
): Promise<string | null> {
  if (!wantsGrpc(config)) return null;
  const { startGrpc } = await import('../http/grpc/server.js');
  const { answerer } = opened.serving;
  const grpcParts = { ...parts, answerer, served: servedModels(opened), photoMemory: photoMemory(config) };
  const grpc = await startGrpc(grpcParts, config.host, config.grpcPort);
  closing.add(() => grpc.close());
  return grpc.address;
}

/** Whether a process listens for gRPC. */
export function wantsGrpc(config: Config): config is Config & { readonly grpcPort: number } {
  return config.roles.has('serve') && config.grpcPort !== undefined;
}

/** What every process needs to listen. */
export function serverParts({ config, log, tracing }: Setup, { storage, serving, domain, jobs, isReady }: Opened) {
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
    turns: new Turns(),
    isReady,
    isDatabaseReachable: () => storage.database.pool.isReachable(),
    log,
    tracing,
  };
}
