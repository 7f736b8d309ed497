import { readFile } from 'node:fs/promises';

/** The largest resident memory that a process has had, in bytes. Linux alone tells it of another process. */
export const peakMemory = (pid) => statusOf(pid, 'VmHWM');

/** What it has now. */
export const residentMemory = (pid) => statusOf(pid, 'VmRSS');

async function statusOf(pid, field) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)[1]) * 1024;
}
