import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HubClient } from '../../../out/cli/client.js';
import { check, median } from '../check.mjs';
import { SAMPLES, settled, train } from '../hub.mjs';
import { load } from '../load.mjs';
import { promote } from '../serving-hub.mjs';
import { registerParts } from './room.mjs';

/** Side in pixels at which the network takes nearly all of the time of a photo, and the client that asks little; and a smaller one. */
const [LARGE, SMALL] = [299, 150];
const CONCURRENCY = 4;
/** Photos of one load of a process: some ten seconds. */
const REQUESTS = 200;
/** Photos of the load of a process while versions are promoted, after which the next begins. */
const BATCH = 40;
/** Milliseconds within which a promotion reaches every process. */
const REACHED = 5000;

/** Photos a second over two processes that answer, each pinned to a core, against one of them. */
export async function measureReplicas(room, { rounds }) {
  const [one, other] = await startReplicas(room, 1, LARGE);
  const rows = [];
  for (let round = 0; round <= rounds; round++) {
    const alone = await rateOf(one);
    const both = await Promise.all([rateOf(one), rateOf(other)]);
    if (round === 0) continue; // opens connections
    const sum = both[0] + both[1];
    rows.push({ round, '1 process photos/s': alone, '2 processes photos/s': sum, 'speed-up': sum / alone });
  }
  await room.stop(one, other);
  const speedUp = median(rows.map((row) => row['speed-up']));
  return {
    rows,
    checks: [check('photos a second over 2 processes of a core each: speed-up over 1', speedUp, { atLeast: 1.9 })],
  };
}

/** Promotions of versions that were built before, on two processes in turn while both answer as many photos as they can. */
export async function measurePromotions(room, { promotions }) {
  const hubs = await startReplicas(room, 2, SMALL);
  for (const version of [2, 1]) await promote(hubs[0].client, version); // each process builds both once
  let isOver = false;
  const loads = hubs.map(async (hub) => {
    const answers = [];
    while (!isOver) answers.push(...(await load({ ...requestOf(hub), concurrency: 2, requests: BATCH })).answers);
    return answers;
  });
  const times = [];
  let [failed, stale] = [0, 0];
  for (let i = 0; i < promotions; i++) {
    const version = i % 2 ? 1 : 2;
    const began = performance.now();
    await promote(hubs[i % 4 < 2 ? 0 : 1].client, version).catch(() => failed++);
    const answers = await Promise.all(hubs.map((hub) => load({ ...requestOf(hub), concurrency: 1, requests: 1 })));
    times.push(performance.now() - began);
    for (const {
      answers: [{ status, body }],
    } of answers) {
      if (status !== 200 || JSON.parse(body).modelVersion !== version) stale++;
    }
  }
  isOver = true;
  const photos = (await Promise.all(loads)).flat();
  const refused = photos.filter(({ status }) => status !== 200).length;
  await room.stop(...hubs);
  const of = `of ${promotions} promotions over 2 processes under load`;
  return {
    rows: [{ promotions, photos: photos.length, 'median ms': median(times), 'slowest ms': Math.max(...times) }],
    checks: [
      check(`failed, ${of}`, failed, { atMost: 0 }),
      check(`photos not answered meanwhile, ${of}`, refused, { atMost: 0 }),
      check(`answers with the version before once it returned, ${of}`, stale, { atMost: 0 }),
      check(`until both answer with the new version, the slowest ${of}, ms`, Math.max(...times), { atMost: REACHED }),
    ],
  };
}

/** Trains versions of a small part of the sample, and starts two processes that serve the first one. */
async function startReplicas(room, versions, imageSize) {
  const worker = await room.start('train');
  const one = await room.start('api,serve', { core: 0 });
  const [datasetVersionId] = await registerParts(one.client, 1, 0.08);
  for (let seed = 1; seed <= versions; seed++) {
    const recipe = { epochs: 1, imageSize, seed };
    const { run } = await train(one.client, { datasetVersionId, backbone: 'tiny-imagenet-2', recipe });
    await one.client.request(
      'mutation ($runId: ID!) { registerModelVersion(input: { runId: $runId, model: "photos" }) { number } }',
      { runId: run.id },
    );
  }
  await settled(one.client);
  await promote(one.client, 1);
  await room.stop(worker);
  const other = await room.start('api,serve', { core: 1 });
  for (const { url } of [one, other]) while (!(await fetch(`${url}/ready`)).ok) await delay(50);
  // A process that joins has no token of its own.
  return [one, Object.assign(other, { token: one.token, client: new HubClient(other.url, one.token) })];
}

async function rateOf(hub) {
  const { seconds, answers } = await load({ ...requestOf(hub), concurrency: CONCURRENCY, requests: REQUESTS });
  const wrong = answers.find(({ status }) => status !== 200);
  if (wrong) throw new Error(`a photo was answered with ${wrong.status}: ${wrong.body}`);
  return answers.length / seconds;
}

const names = await readdir(join(SAMPLES, 'photos'));
const photos = names.map((name) => join(SAMPLES, 'photos', name));

const requestOf = ({ url, token }) => ({
  ...{ url: `${url}/v1/classify?model=photos`, form: 'file', field: 'image', photos },
  headers: { authorization: `Bearer ${token}` },
});
