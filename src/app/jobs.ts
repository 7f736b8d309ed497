import { Runner } from '../jobs/runner.js';
import { startWorker } from '../jobs/worker-process.js';
import type { Setup } from './setup.js';

/** Opens the runner of background work. */
export function openRunner({ parts, log, closing }: Setup): Runner {
  const runner = new Runner({ startWorker: (task) => startWorker(task, parts.workerEntry), log });
  closing.add(() => runner.close());
  return runner;
}
