// Promotions and rollbacks one after the other while photos are asked about without a pause: nobody may notice.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { check, mean, percentile } from './support/check.mjs';
import { withWeightsOption } from './support/data.mjs';
import { startHub } from './support/hub.mjs';
import { load } from './support/load.mjs';
import { residentMemory } from './support/servers.mjs';
import { prepareHub, promote, requestOf } from './support/serving-hub.mjs';

/** Photos on their way at once. */
const CONCURRENCY = 4;
/** Photos of one load, after which the next begins. */
const REQUESTS = 100;
/** Promotions of which the mean memory is taken, behind as many others: what is needed once is there by then. */
const SETTLED = 20;

export function describe(command) {
  return withWeightsOption(command)
    .description('photos while versions are promoted and rolled back')
    .option('--promotions <n>', 'promotions', '200')
    .option('--size <pixels>', 'side of the picture that the network sees', '75');
}

export async function measure({ promotions, size, weights }) {
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const data = join(folder, 'data');
  try {
    const photos = await prepareHub(data, {
      backbone: resolve(weights),
      imageSizes: [Number(size), Number(size)],
    });
    const hub = await startHub(data);
    const request = { ...(await requestOf(hub, data)), photos, concurrency: CONCURRENCY, requests: REQUESTS };
    try {
      await untilServed(request);
      const quiet = [await load(request), await load(request)].flatMap(({ answers }) => answers);
      const { answers, memory, seconds } = await promoteUnderLoad(hub, request, Number(promotions));
      const rows = [rowOf('quiet', quiet), { ...rowOf('while versions are promoted', answers), seconds }];
      return { rows, checks: checksOf(quiet, answers, memory) };
    } finally {
      await hub.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Behind it everything is loaded that so many photos at once need. */
async function untilServed(request) {
  for (;;) {
    const { answers } = await load({ ...request, requests: 1 });
    if (answers[0].status === 200) break;
  }
  await load(request);
}

async function promoteUnderLoad(hub, request, promotions) {
  const answers = [];
  let over = false;
  const loading = (async () => {
    while (!over) answers.push(...(await load(request)).answers);
  })();
  const memory = [];
  const began = performance.now();
  for (let i = 0; i < promotions; i++) {
    await promote(hub.client, i % 2 ? 1 : 2);
    memory.push(await residentMemory(hub.child.pid));
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  over = true;
  await loading;
  return { answers, memory, seconds };
}

const failed = (answers) => answers.filter(({ status }) => status !== 200).length;
const p99 = (answers) =>
  percentile(
    answers.map(({ ms }) => ms),
    0.99,
  );

function rowOf(name, answers) {
  const p50 = percentile(
    answers.map(({ ms }) => ms),
    0.5,
  );
  return { name, photos: answers.length, failed: failed(answers), 'p50 ms': p50, 'p99 ms': p99(answers) };
}

function checksOf(quiet, answers, memory) {
  const settled = mean(memory.slice(SETTLED, 2 * SETTLED));
  return [
    check('failed requests', failed(answers), { atMost: 0 }),
    check('p99 while versions are promoted / quiet', p99(answers) / p99(quiet), { atMost: 2 }),
    check(
      `resident memory in the last ${SETTLED} promotions / in ${SETTLED} behind the first ${SETTLED}`,
      mean(memory.slice(-SETTLED)) / settled,
      { atMost: 1.1 },
    ),
  ];
}
