import { readFile } from 'node:fs/promises';

/** Milliseconds of a clock tick in /proc, on every Linux. */
const TICK_MS = 10;

/** Milliseconds of processor time that a process has used, and its main thread. Linux alone tells it of another process. */
export async function cpuOf(pid) {
  const [all, main] = await Promise.all(
    [`/proc/${pid}/stat`, `/proc/${pid}/task/${pid}/stat`].map((file) => ticksIn(file)),
  );
  return { all: all * TICK_MS, main: main * TICK_MS };
}

/** Milliseconds of processor time that the children of this process have used that have ended, with theirs. */
export async function cpuOfEnded() {
  return (await ticksIn('/proc/self/stat', 13)) * TICK_MS;
}

/** @param first index of the ticks as a user; those of the kernel follow. 11: of the process, 13: of children that ended. */
async function ticksIn(file, first = 11) {
  const fields = (await readFile(file, 'utf8')).split(') ').at(-1).split(' '); // the name before may have spaces
  return Number(fields[first]) + Number(fields[first + 1]);
}
