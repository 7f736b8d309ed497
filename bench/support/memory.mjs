import { readFile } from 'node:fs/promises';

/** The largest resident memory that a process has had, in bytes. Linux alone tells it of another process. */
export async function peakMemory(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)[1]) * 1024;
}
