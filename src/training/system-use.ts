import { availableParallelism, freemem } from 'node:os';
import { performance } from 'node:perf_hooks';

/** Milliseconds between two reports. */
const INTERVAL_MS = 3000;

/** CPU and memory use of this process. */
export interface SystemUse {
  /** Share of all cores since the last report, from 0 to 1. */
  readonly cpuShare: number;
  /** Resident memory of the process. */
  readonly memoryBytes: number;
  /** Free memory of the machine. */
  readonly freeMemoryBytes: number;
}

/** Reports the use of the machine by this process and its threads every few seconds. @returns a function that stops it. */
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
