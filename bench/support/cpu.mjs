import { readFile } from 'node:fs/promises';

/** Milliseconds of a clock tick in /proc, on every Linux. */
const TICK_MS = 10;

/** Milliseconds of processor time that a process has used, and its main thread. Linux alone tells it of another process. */
export async function cpuOf(pid) {
  const [all, main] = await Promise.all([`/proc/${pid}/stat`, `/proc/${pid}/task/${pid}/stat`].map(ticksIn));
  return { all: all * TICK_MS, main: main * TICK_MS };
}

async function ticksIn(file) {
  const fields = (await readFile(file, 'utf8')).split(') ').at(-1).split(' '); // the name before may have spaces
  return Number(fields[11]) + Number(fields[12]);
}
