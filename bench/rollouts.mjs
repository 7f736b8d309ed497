// Cost for clients of keeping all predictions and running a shadow rollout: the same hub with both on and both off, in turn,
// from a client in a process of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { check, percentile } from './support/check.mjs';
import { withWeightsOption } from './support/data.mjs';
import { settled, startHub } from './support/hub.mjs';
import { load } from './support/load.mjs';
import { prepareHub, requestOf } from './support/serving-hub.mjs';

/** Milliseconds between an answer and the next photo of a client. */
const PAUSES = [0, 300];
/** Photos before the clock starts. */
const WARM_UP = 8;

export function describe(command) {
  return withWeightsOption(command)
    .description('time of an answer with the log of predictions and a shadow on, against both off')
    .option('--rounds <n>', 'each is measured in turn this often', '3')
    .option('--requests <n>', 'photos for each measurement', '48')
    .option('--size <pixels>', 'side of the picture that the network sees', '299');
}

export async function measure({ rounds, requests, size, weights }) {
  const data = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  try {
    const prepared = { backbone: resolve(weights), imageSizes: [Number(size), Number(size)] };
    const photos = (await prepareHub(data, prepared)).slice(0, 32);
    const hub = await startHub(data);
    await settled(hub.client);
    const ask = { ...(await requestOf(hub, data)), photos, concurrency: 1 };
    await load({ ...ask, requests: WARM_UP });
    const times = new Map();
    for (let round = 0; round < Number(rounds); round++) {
      for (const on of round % 2 ? [true, false] : [false, true]) {
        await turn(hub.client, on);
        for (const pause of PAUSES) {
          const { answers } = await load({ ...ask, requests: Number(requests), pause });
          const name = nameOf(pause, on);
          times.set(name, [...(times.get(name) ?? []), ...answers.map(({ ms }) => ms)]);
        }
        if (on) await turn(hub.client, false);
      }
    }
    const shadow = await countsOf(hub.client);
    await hub.stop();
    return { rows: rowsOf(times, shadow), checks: checksOf(times, shadow) };
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

const nameOf = (pause, on) => `${pause} ms between photos, ${on ? 'on' : 'off'}`;

/** Keeps every answer and compares with version 2, or neither. */
async function turn(client, on) {
  const sample = on ? 1 : 0;
  await client.request(
    'mutation ($sample: Float!) { setPredictionLog(model: "photos", sample: $sample, reason: "bench") { name } }',
    { sample },
  );
  const { rollouts } = await client.request('{ rollouts(model: "photos") { state } }');
  if ((rollouts[0]?.state === 'RUNNING') === on) return;
  await client.request(
    on
      ? 'mutation { startRollout(input: { model: "photos", version: 2, mode: SHADOW, share: 1, reason: "bench" }) { id } }'
      : 'mutation { endRollout(input: { model: "photos", outcome: ABORT, reason: "bench" }) { id } }',
  );
}

/** Photos that all rollouts compared, and predictions kept. */
async function countsOf(client) {
  const { rollouts, traffic, model } = await client.request(`{
    rollouts(model: "photos") { compared dropped state outcome }
    traffic(model: "photos") { predictions }
    model(name: "photos") { predictionLog { lost } }
  }`);
  const sum = (name) => rollouts.reduce((all, rollout) => all + rollout[name], 0);
  const kept = traffic.reduce((all, { predictions }) => all + predictions, 0);
  return { compared: sum('compared'), dropped: sum('dropped'), kept, lost: model.predictionLog.lost };
}

function rowsOf(times, counts) {
  const measured = [...times].map(([name, ms]) => ({
    what: name,
    'p50 ms': Number(percentile(ms, 0.5).toFixed(1)),
    'p99 ms': Number(percentile(ms, 0.99).toFixed(1)),
  }));
  return [...measured, { what: 'counted while on', ...counts }];
}

function checksOf(times, { kept, lost }) {
  const ratios = PAUSES.map((pause) => {
    const [on, off] = [true, false].map((state) => percentile(times.get(nameOf(pause, state)), 0.5));
    return check(`median answer, ${pause} ms between photos: on / off`, on / off, { atMost: 1.05 });
  });
  const answered = PAUSES.reduce((sum, pause) => sum + times.get(nameOf(pause, true)).length, 0);
  return [
    ...ratios,
    check('answers kept / answers given', kept / answered, { atLeast: 1 }),
    check('lost', lost, { atMost: 0 }),
  ];
}
