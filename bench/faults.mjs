// What a hub loses when it is killed, its disk is full, its files are damaged, or its clock goes back: nothing.
import { cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomStream, uniform } from '../out/random.js';
import { check } from './support/check.mjs';
import { turnClock } from './support/faults/clock.mjs';
import { damage } from './support/faults/damage.mjs';
import { fillDisk } from './support/faults/disk.mjs';
import { kill } from './support/faults/kill.mjs';
import { Ledger } from './support/faults/ledger.mjs';
import { KINDS_OF_WORK, startHub, WORK } from './support/faults/work.mjs';

const SAMPLE = fileURLToPath(new URL('../samples/cifar10-sample.tar.gz', import.meta.url));

export function describe(command) {
  return command
    .description('kill -9, full disks, damaged files and a clock that goes back: what a hub loses')
    .option('--kills <n>', 'processes that are killed', '50')
    .option('--rounds <n>', 'of full disks and of damages, each', '5')
    .option('--work <kinds...>', 'that is under way: upload, ingestion, training, promotion', KINDS_OF_WORK)
    .option('--no-clock', 'leave out the clock')
    .option('--data <folder>', 'begin with a copy of this data folder')
    .option('--archive <file>', 'images to register', SAMPLE)
    .option('--seed <n>', 'of the moments and places', '1');
}

export async function measure({ kills, rounds, work, seed, clock, data: given, archive }) {
  const folder = await mkdtemp(join(tmpdir(), 'hub-faults-'));
  const data = join(folder, 'data');
  const random = randomStream(Number(seed), 'faults');
  const draw = () => uniform(random);
  const ledger = new Ledger(archive);
  try {
    if (given) await cp(given, data, { recursive: true });
    const seconds = await undisturbed(data, ledger);
    const options = { draw, seconds, folder, work, kills: Number(kills), rounds: Number(rounds) };
    const faults = await kill(data, ledger, options);
    faults.push(...(await damage(data, ledger, options)));
    if (clock) faults.push(...(await turnClock(data, ledger)));
    const full = await fillDisk(data, ledger, { ...options, bytes: await sizeOf(data) });
    if (full) faults.push(...full);
    else process.stderr.write('Full disks are SKIPPED: to make a small file system needs root on Linux.\n');
    const rows = faults.map(({ problems, ...row }) => ({ ...row, problems: problems.join('; ') || 'none' }));
    const found = faults.flatMap(({ problems }) => problems);
    for (const problem of found) process.stderr.write(`${problem}\n`);
    const killed = faults.filter(({ fault }) => fault.startsWith('kill')).length;
    return {
      rows,
      checks: [
        check('processes killed', killed, { atLeast: Number(kills) }),
        check('other faults', faults.length - killed, { atLeast: Number(rounds) }),
        check('lost, half-written or not recovered', found.length, { atMost: 0 }),
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Does each kind of work once, training twice. @returns the seconds that each takes. */
async function undisturbed(data, ledger) {
  const hub = await startHub(data, ledger);
  const seconds = {};
  for (const name of ['upload', 'ingestion', 'training', 'training', 'promotion']) {
    const began = performance.now();
    await WORK[name](hub.client, ledger);
    seconds[name] = (performance.now() - began) / 1000;
  }
  await hub.stop();
  return seconds;
}

async function sizeOf(folder) {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
