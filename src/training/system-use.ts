import { availableParallelism, freemem } from 'node:os';
import { performance } from 'node:perf_hooks';

/** Milliseconds between two reports. */
const INTERVAL_MS = 3000;

/** What this process takes of its machine. */
export interface SystemUse {
  /** Share of all cores since the last report, from 0 to 1. */
  readonly cpuShare: number;
  /** Resident memory of the process. */
  readonly memoryBytes: number;
  /** Memory that is free on the machine. */
  readonly freeMemoryBytes: number;
}

/** Reports every few seconds what this process, with all its threads, takes of the machine. @returns how to stop that. */
export function watchSystemUse(report: (use: SystemUse) => void): () => void {
  let before = { cpu: process.cpuUsage(), at: performance.now() };
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before.cpu); // in microseconds
    const available = (performance.now() - before.at) * 1000 * availableParallelism();
    before = { cpu: process.cpuUsage(), at: performance.now() };
    const cpuShare = Math.min(1, (user + system) / available);
    report({ cpuShare, memoryBytes: process.memoryUsage.rss(), freeMemoryBytes: freemem() });
  }, INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
