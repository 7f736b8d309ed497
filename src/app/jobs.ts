import { CHORES, QUEUED_KINDS } from '../jobs/job-kinds.js';
import { defaultWorkerMemory } from '../jobs/memory-watch.js';
import { JobQueue } from '../jobs/queue.js';
import { Runner } from '../jobs/runner.js';
import { startWorker } from '../jobs/worker-process.js';
import type { Setup } from './setup.js';
import type { Storage } from './storage.js';

/** The queue of background work and its runner. */
export interface Jobs {
  readonly queue: JobQueue;
  readonly runner: Runner;
}

/** Opens the queue. The runner takes no job until the domain starts it. */
export async function openJobs({ config, parts, log, closing, tracing }: Setup, storage: Storage): Promise<Jobs> {
  const { database, isShared } = storage;
  const queue = await JobQueue.open(database, log, isShared, tracing);
  closing.add(() => queue.close());
  const { workerEntry: entry } = parts;
  const leaves = [
    ...parts.leaves,
    ...(config.roles.has('train') ? [] : QUEUED_KINDS),
    ...(config.roles.has('api') ? [] : CHORES),
  ];
  const options = {
    entry,
    memory: config.workerMemory === undefined ? defaultWorkerMemory() : config.workerMemory * 1e9,
    threads: config.workerThreads,
  };
  return { queue, runner: new Runner({ startWorker: (task) => startWorker(task, options), leaves, log, tracing }) };
}
