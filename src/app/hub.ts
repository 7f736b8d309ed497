import 'reflect-metadata'; // type-graphql needs it before the first decorated class
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { Processes } from '../cluster/processes.js';
import type { Config } from '../config.js';
import { computedBy } from '../domain/run/feature-cache.js';
import { requireFree } from '../http/listen.js';
import { PACKAGE } from '../package.js';
import { startApi, startWorkerProbes } from './api.js';
import { onceDatabaseAnswers } from './await-database.js';
import { Closing } from './closing.js';
import { openDomain } from './domain.js';
import { type Jobs, openJobs } from './jobs.js';
import { PACKAGED, type Parts } from './packaged.js';
import { returnMemory } from './return-memory.js';
import { openServing, type Serving } from './serve.js';
import type { Setup } from './setup.js';
import { openShared, type Shared } from './shared.js';
import { openStorage, type Storage } from './storage.js';
import { findTrainers, openTraining, type Trainers } from './train.js';

/** A running hub. */
export interface Hub {
  readonly url: string;
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
export async function startHub(config: Config, log: Logger, replaced: Partial<Parts> = {}): Promise<Hub> {
  const closing = new Closing();
  const setup = { config, parts: { ...PACKAGED, ...replaced }, log, closing };
  try {
    await requireFree(config.host, config.port);
    const storage = await openStorage(setup);
    const jobs = await openJobs(setup, storage);
    const shared = await openShared(setup, storage, jobs);
    const serving = openServing(setup, storage, jobs);
    let loaded = false;
    const isReady = (): boolean => loaded;
    const trainers = await findTrainers(setup, storage);
    const processes = openProcesses(setup, { storage, shared, serving, jobs, trainers, isReady });
    const training = openTraining({ setup, storage, shared, jobs, processes, trainers });
    const answers = config.roles.has('api');
    const token = answers ? await shared.tokens.ensureFirst(await processes.hasOther('api')) : null;
    const domain = openDomain({ setup, storage, shared, processes, serving, training, jobs });
    closing.add(() => jobs.runner.close());
    const opened = { storage, shared, serving, domain, jobs, isReady };
    const { url } = await (answers ? startApi(setup, opened) : startWorkerProbes(setup, opened));
    await processes.begin(url);
    const stopping = new AbortController();
    const reached = (work: () => Promise<void>) => onceDatabaseAnswers(work, log, stopping.signal);
    const ready = (answers ? reached(() => domain.deploy()) : Promise.resolve()).then(() => {
      loaded = true;
      processes.report();
      return reached(() => domain.startWork());
    });
    closing.add(() => ready.catch(() => undefined));
    closing.add(() => stopping.abort());
    const { folder, database } = storage;
    log.info({ url, data: folder.path, database: database.kind, roles: [...config.roles] }, 'hub started');
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
    return { url, token, ready, close: () => closing.close(), lost };
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
