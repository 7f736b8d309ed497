import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ended } from '../hub.mjs';
import { runOf } from './ledger.mjs';
import { problemsIn } from './verify.mjs';
import { startHub, WORK } from './work.mjs';

const PIECE = Buffer.alloc(64 * 1024);
/** Bytes of the file system, beyond what the data take. */
const ROOM = 150e6;
/** Bytes that are left free at most. */
const LEFT = 400e3;
/** Seconds in which a hub must be able to write again once there is room. */
const RECOVERY = 60;

/**
 * Fills the disk of a hub during each kind of work, then makes room: it must continue by itself, with everything it acknowledged.
 * @returns null where no small file system can be made: that needs root on Linux.
 */
export async function fillDisk(data, ledger, { draw, seconds, bytes, rounds, work: kinds }) {
  const mount = await mkdtemp(join(tmpdir(), 'hub-full-'));
  const size = `size=${Math.round(bytes + ROOM)}`;
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', mount]);
  try {
    if (status !== 0) return null;
    const small = join(mount, 'data');
    await cp(data, small, { recursive: true });
    const rows = [];
    for (let round = 0; round < rounds; round++) {
      for (const work of kinds) {
        const moment = draw() * seconds[work] * 500;
        rows.push(await fillDuring(work, small, mount, ledger, { moment, left: Math.floor(draw() * LEFT) }));
      }
    }
    return rows;
  } finally {
    if (status === 0) spawnSync('umount', ['-l', mount]);
    await rm(mount, { recursive: true, force: true });
  }
}

async function fillDuring(work, data, mount, ledger, { moment, left }) {
  const problems = [];
  const hub = await startHub(data, ledger);
  const ballast = join(mount, 'ballast');
  const working = WORK[work](hub.client, ledger).then(
    () => 'done',
    (error) => error.code ?? String(error),
  );
  await delay(moment);
  await fill(mount, ballast, left);
  // A run may wait for room: then it is not waited for.
  const outcome = await Promise.race([working, delay(8_000, 'waits for room')]);
  if (!['done', 'DISK_FULL', 'waits for room'].includes(outcome)) problems.push(`answered with ${outcome}`);
  await rm(ballast);
  if (!(await canWrite(hub.client, ledger))) problems.push(`cannot write ${RECOVERY} s after there was room`);
  else {
    for (const id of ledger.runs.keys()) {
      if (ledger.figures.has(id)) continue;
      await ended(hub.client, id);
      const { state, error } = await runOf(hub.client, id);
      if (state === 'FAILED' && error.code === 'DISK_FULL') await resume(hub.client, id);
      else if (state !== 'SUCCEEDED') problems.push(`run ${id} is ${state}: ${error?.message}`);
    }
    problems.push(...(await ledger.losses(hub.client)));
  }
  await hub.kill();
  problems.push(...(await problemsIn(data)));
  return { fault: `disk full but for ${Math.round(left / 1e3)} kB`, during: work, outcome, problems };
}

async function fill(mount, ballast, left) {
  const { bavail, bsize } = await statfs(mount);
  const file = await open(ballast, 'w');
  try {
    for (let rest = bavail * bsize - left; rest > 0; ) {
      rest -= (await file.write(PIECE, 0, Math.min(rest, PIECE.length))).bytesWritten;
    }
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error; // the hub took the last of it
  } finally {
    await file.close();
  }
}

let made = 0;
async function canWrite(client, ledger) {
  for (const began = performance.now(); performance.now() - began < RECOVERY * 1000; await delay(500)) {
    const name = `room${++made}`;
    try {
      await client.request('mutation ($name: String!) { createDataset(input: { name: $name }) { id } }', { name });
      ledger.datasets.add(name);
      return true;
    } catch {} // not yet
  }
  return false;
}

async function resume(client, id) {
  await client.request('mutation ($id: ID!) { resumeRun(id: $id) { id } }', { id });
  await ended(client, id);
}
