// From starting the hub's process to the first answer about a photo, with a promoted model in the data folder.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFile } from '../out/cli/client.js';
import { check, median } from './support/check.mjs';
import { cpuOf } from './support/cpu.mjs';
import { SAMPLES, serveSample, startHub } from './support/hub.mjs';

const CLASSIFY = 'mutation ($image: Upload!) { classify(image: $image, model: "cifar10") { label modelVersion } }';

export function describe(command) {
  return command.description('hub start to first classified photo').option('--rounds <n>', 'starts', '7');
}

export async function measure({ rounds }) {
  const data = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const photos = join(SAMPLES, 'photos');
  const [photo] = await readdir(photos);
  const rows = [];
  try {
    await promoteOne(data);
    for (let round = 1; round <= Number(rounds); round++) {
      const began = performance.now();
      const hub = await startHub(data);
      const listening = (performance.now() - began) / 1000;
      await firstAnswer(hub.client, join(photos, photo));
      const answered = (performance.now() - began) / 1000;
      const { all, main } = await cpuOf(hub.child.pid);
      rows.push({
        ...{ round, 'listening s': listening, 'first answer s': answered },
        ...{ 'processor time s': all / 1000, 'of it the main thread s': main / 1000 },
      });
      await hub.stop();
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
  const medianOf = (column) => median(rows.map((row) => row[column]));
  return {
    rows,
    checks: [
      check('hub start to first classified photo, s', medianOf('first answer s'), { atMost: 2 }),
      check('processor time until then, s', medianOf('processor time s'), { atMost: 3 }),
    ],
  };
}

async function promoteOne(data) {
  const hub = await startHub(data);
  await serveSample(hub.client);
  await hub.stop();
}

/** Asks until the version is loaded. */
async function firstAnswer(client, photo) {
  for (;;) {
    try {
      return await client.upload(CLASSIFY, 'variables.image', await openFile(photo), { image: null });
    } catch (error) {
      if (error.code !== 'NOT_DEPLOYED') throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
