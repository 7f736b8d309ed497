import { pino } from 'pino';
import type { CompileJob } from '../../src/engines/network-compiler.js';
import { Runner } from '../../src/jobs/runner.js';
import { startWorker } from '../../src/jobs/worker-process.js';

/** Builds a network in a worker process, as a hub does. */
export function compile(job: CompileJob, signal: AbortSignal): Promise<unknown> {
  const log = pino({ level: 'silent' });
  return new Runner({ startWorker: startWorker, log }).run('compile', job, signal);
}
