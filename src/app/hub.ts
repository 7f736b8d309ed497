import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { Processes } from '../cluster/processes.js';
import type { Config } from '../config.js';
import { computedBy } from '../domain/run/feature-cache.js';
import { requireFree } from '../http/listen.js';
import { PACKAGE } from '../package.js';
import { noteAddress } from '../storage/data-folder.js';
import { openTracing } from '../tracing/open-tracing.js';
import { onceDatabaseAnswers } from './await-database.js';
import { Closing } from './closing.js';
import { openDomain } from './domain.js';
import { type Jobs, openJobs } from './jobs.js';
import { PACKAGED, type Parts } from './packaged.js';
import { returnMemory } from './return-memory.js';
import { openServing, type Serving } from './serve.js';
import { startWithoutApi, wantsGrpc } from './server-parts.js';
import type { Setup } from './setup.js';
import { openShared, type Shared } from './shared.js';
import { openFolder, openStorage, type Storage } from './storage.js';
import { findTrainers, openTraining, type Trainers } from './train.js';

/** A running hub. */
export interface Hub {
  readonly url: string;
  /** Address of the Open Inference Protocol over gRPC; null where the hub does not listen for it. */
  readonly grpc: string | null;
  /** The first token, which is also stored in the data folder; null where another process has it, or needs none. */
  readonly token: string | null;
  /** Resolves when every version that serves is loaded. */
  readonly ready: Promise<void>;
  /** Stops accepting requests, stops jobs so that they can be resumed, and closes the data folder. */
  close(): Promise<void>;
  /** Aborted when another hub has taken the database. This hub then closes itself: two would run the same jobs. */
  readonly lost: AbortSignal;
}

/** Starts a hub in this process, or the roles of one: API, serving and training. */
export async function startHub(config: Config, plainLog: Logger, replaced: Partial<Parts> = {}): Promise<Hub> {
  const closing = new Closing();
  const about = { version: PACKAGE.version, roles: [...config.roles] };
  const telemetry = await openTracing(config.otlp, about, plainLog);
  if (telemetry) closing.add(() => telemetry.close());
  const { tracing, log } = telemetry ?? { tracing: undefined, log: plainLog };
  const setup = { config, parts: { ...PACKAGED, ...replaced }, log, closing, tracing };
  try {
    await requireFree(config.host, config.port);
    if (wantsGrpc(config)) await requireFree(config.host, config.grpcPort, '--grpc-port');
    const answers = config.roles.has('api');
    const folder = await openFolder(setup);
    // The API, which few processes need, is loaded while the embedded database starts in its thread.
    const api = answers ? import('./api.js').then(({ prepareApi }) => prepareApi()) : null;
    const [storage, startApi] = await Promise.all([openStorage(setup, folder), api]);
    const jobs = await openJobs(setup, storage);
    const shared = await openShared(setup, storage, jobs);
    const serving = openServing(setup, storage, jobs);
    let loaded = false;
    const isReady = (): boolean => loaded;
    const trainers = await findTrainers(setup, storage);
    const processes = openProcesses(setup, { storage, shared, serving, jobs, trainers, isReady });
    const training = openTraining({ setup, storage, shared, jobs, processes, trainers });
    const token = answers ? await shared.tokens.ensureFirst(await processes.hasOther('api')) : null;
    const domain = openDomain({ setup, storage, shared, processes, serving, training, jobs });
    closing.add(() => jobs.runner.close());
    const opened = { storage, shared, serving, domain, jobs, isReady };
    const { url, grpc } = await (startApi ?? startWithoutApi)(setup, opened);
    if (answers) await noteAddress(folder.path, url);
    await processes.begin(url);
    const stopping = new AbortController();
    const reached = (work: () => Promise<void>) => onceDatabaseAnswers(work, log, stopping.signal);
    const ready = reached(() => domain.deploy()).then(() => {
      loaded = true;
      processes.report();
      return reached(() => domain.startWork());
    });
    closing.add(() => ready.catch(() => undefined));
    closing.add(() => stopping.abort());
    const { database } = storage;
    log.info(
      { url, ...(grpc && { grpc }), data: folder.path, database: database.kind, roles: [...config.roles] },
      'hub started',
    );
    closing.add(returnMemory());
    const { lost } = storage;
    const stop = (): void => {
      void jobs.runner
        .close()
        .then(() => closing.close())
        .catch((err: unknown) => log.error({ err }, 'the hub did not close'));
    };
    if (lost.aborted) stop();
    else lost.addEventListener('abort', stop, { once: true });
    return { url, grpc, token, ready, close: () => closing.close(), lost };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

interface ProcessParts {
  readonly storage: Storage;
  readonly shared: Shared;
  readonly serving: Serving;
  readonly jobs: Jobs;
  readonly trainers: Trainers;
  readonly isReady: () => boolean;
}

/** The list of the hub's processes, with this one. */
function openProcesses(
  { config, log, closing }: Setup,
  { storage, shared, serving, jobs, trainers, isReady }: ProcessParts,
): Processes {
  const { deployments } = serving;
  const processes = new Processes({
    ...{ prisma: storage.prisma, notices: shared.notices, isShared: storage.isShared, log },
    about: {
      ...{ name: `${hostname()}:${process.pid}`, roles: [...config.roles], version: PACKAGE.version },
      computer: computedBy(trainers.computer, trainers.processor),
    },
    serving: () => deployments.states(),
    working: () => jobs.runner.running(),
    isReady,
  });
  deployments.events.on('changed', () => processes.report());
  closing.add(() => processes.close());
  return processes;
}
