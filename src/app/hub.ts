import 'reflect-metadata'; // type-graphql needs it before the first decorated class
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { requireFree } from '../http/listen.js';
import { startApi, startWorkerProbes } from './api.js';
import { Closing } from './closing.js';
import { openDomain } from './domain.js';
import { openJobs } from './jobs.js';
import { PACKAGED, type Parts } from './packaged.js';
import { returnMemory } from './return-memory.js';
import { openServing } from './serve.js';
import { openShared } from './shared.js';
import { openStorage } from './storage.js';
import { openTraining } from './train.js';

/** A running hub. */
export interface Hub {
  readonly url: string;
  /** The first token, which is also stored in the data folder; null for a process that answers no requests of users. */
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
    const answers = config.roles.has('api');
    const token = answers ? await shared.tokens.ensureFirst() : null;
    const serving = openServing(setup, storage, jobs);
    const training = await openTraining(setup, storage, shared, jobs);
    const domain = openDomain({ setup, storage, shared, serving, training, jobs });
    closing.add(() => jobs.runner.close());
    let loaded = false;
    const opened = { storage, shared, serving, domain, isReady: () => loaded };
    const { url } = await (answers ? startApi(setup, opened) : startWorkerProbes(setup, opened));
    const ready = (answers ? domain.deploy() : Promise.resolve()).then(() => {
      loaded = true;
      return domain.startWork();
    });
    closing.add(() => ready.catch(() => undefined));
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
