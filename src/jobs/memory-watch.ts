import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { promisify } from 'node:util';

/** Milliseconds between two looks: memory that is written to for the first time grows by some 3 GB a second. */
const INTERVAL_MS = 200;
/** Share of the machine's memory that a worker may take by default. */
const SHARE = 0.8;

/** Bytes of memory that a worker may take by default: most of the machine's or, in a container, of the container's. */
export function defaultWorkerMemory(): number {
  const total = totalmem();
  const constrained = process.constrainedMemory();
  return Math.floor(SHARE * (constrained > 0 ? Math.min(total, constrained) : total));
}

/**
 * Watches the memory of a process and its threads, native memory included, which Node's own limits leave out. Pages of files
 * are not counted on Linux, since the system can take them back. On Windows nothing is watched.
 * @param onOver called once when the process has more than the limit, with its bytes. @returns a function that stops it.
 */
export function watchMemory(pid: number, limit: number, onOver: (bytes: number) => void): () => void {
  const look = async (): Promise<void> => {
    const bytes = await memoryOf(pid).catch(() => 0); // it has ended
    if (stopped) return;
    if (bytes > limit) return onOver(bytes);
    timer = setTimeout(look, INTERVAL_MS).unref();
  };
  let stopped = false;
  let timer = setTimeout(look, INTERVAL_MS).unref();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function memoryOf(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const kilobytes = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)].map(([, count]) => Number(count));
    return 1024 * kilobytes.reduce((sum, count) => sum + count, 0);
  }
  if (process.platform !== 'darwin') return 0;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return 1024 * Number(stdout);
}
