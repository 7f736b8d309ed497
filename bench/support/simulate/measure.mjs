import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cpuOf } from '../cpu.mjs';
import { startHub } from '../hub.mjs';
import { load } from '../load.mjs';
import { pin, prepareHub, requestOf } from '../serving-hub.mjs';

/** Sides of the pictures that the network sees. The time of the middle one is predicted from the others. */
export const SIZES = [150, 224, 299];

/**
 * Asks a hub about photos at each size, one at a time and eight at once.
 * @returns for each { size, concurrency }: processor milliseconds of a photo (all, main thread), photos/s, cores used.
 */
export async function measureServing({ weights, requests }) {
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const data = join(folder, 'data');
  try {
    const photos = await prepareHub(data, { backbone: resolve(weights), imageSizes: SIZES });
    const numbers = SIZES.map((_, i) => i + 1);
    await pin(data, 'FP32', { versions: numbers });
    const hub = await startHub(data, '--serving-versions', String(SIZES.length), '--serving-deadline', '120000');
    try {
      const { url, ...request } = await requestOf(hub, data);
      const measured = [];
      for (const [i, size] of SIZES.entries()) {
        for (const concurrency of [1, 8]) {
          const task = { ...request, url: `${url}&version=${numbers[i]}`, photos, concurrency };
          await load({ ...task, requests: 16 }); // loads the version
          measured.push({ size, concurrency, ...(await measureLoad(hub.child.pid, { ...task, requests })) });
        }
      }
      return measured;
    } finally {
      await hub.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureLoad(pid, task) {
  const before = await cpuOf(pid);
  const { seconds, answers } = await load(task);
  const after = await cpuOf(pid);
  const failed = answers.find(({ status }) => status !== 200);
  if (failed) throw new Error(`a photo was answered with ${failed.status}: ${failed.body}`);
  const ms = after.all - before.all;
  return {
    photoMs: ms / answers.length,
    mainMs: (after.main - before.main) / answers.length,
    perSecond: answers.length / seconds,
    coresUsed: ms / 1000 / seconds,
  };
}
