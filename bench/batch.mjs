// A prediction job over a dataset version, against what the same version answers over the Open Inference Protocol to clients that
// send pixels, 32 photos in each request: nothing is decoded there, and nothing stored.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { check, median } from './support/check.mjs';
import { serveSample, startHub } from './support/hub.mjs';

const START = 'mutation ($input: StartPredictionInput!) { startPrediction(input: $input) { id } }';
const JOB = 'query ($id: ID!) { predictionJob(id: $id) { state photos refused startedAt endedAt error { message } } }';
const PHOTOS = 32;
const CLIENTS = 4;

export function describe(command) {
  return command
    .description('photos a second of a prediction job, against the throughput of the form')
    .option('--rounds <n>', 'jobs, each followed by a measurement of the form', '3');
}

export async function measure({ rounds }) {
  const data = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const hub = await startHub(data);
  try {
    await serveSample(hub.client);
    const { datasets } = await hub.client.request('{ datasets { versions { id } } }');
    const datasetVersionId = datasets[0].versions[0].id;
    const rows = [];
    for (let round = 1; round <= Number(rounds); round++) {
      const job = await runJob(hub.client, datasetVersionId);
      const form = await throughputOf(hub);
      rows.push({ round, photos: job.photos, 'job photos/s': job.perSecond, 'form photos/s': form });
    }
    const ratio = median(rows.map((row) => row['job photos/s'] / row['form photos/s']));
    return { rows, checks: [check('photos/s of a job / of the form, median', ratio, { atLeast: 0.95 })] };
  } finally {
    await hub.stop();
    await rm(data, { recursive: true, force: true });
  }
}

async function runJob(client, datasetVersionId) {
  const { startPrediction } = await client.request(START, { input: { model: 'cifar10', datasetVersionId } });
  for (;;) {
    const { predictionJob: job } = await client.request(JOB, { id: startPrediction.id });
    if (job.state === 'FAILED') throw new Error(job.error.message);
    if (job.state === 'SUCCEEDED')
      return { ...job, perSecond: job.photos / ((new Date(job.endedAt) - new Date(job.startedAt)) / 1000) };
    await wait(200);
  }
}

/** @returns photos a second, from the first to the last answer of some clients that ask all the time. */
async function throughputOf({ url, token }) {
  const headers = { authorization: `Bearer ${token}` };
  const about = await (await fetch(`${url}/v2/models/cifar10`, { headers })).json();
  const side = about.inputs[0].shape[1];
  const pixels = Buffer.alloc(PHOTOS * side * side * 3, 127);
  const input = { name: 'image', datatype: 'UINT8', shape: [PHOTOS, side, side, 3] };
  const json = Buffer.from(JSON.stringify({ inputs: [{ ...input, parameters: { binary_data_size: pixels.length } }] }));
  const body = Buffer.concat([json, pixels]);
  const init = {
    method: 'POST',
    body,
    headers: { ...headers, 'inference-header-content-length': String(json.length) },
  };
  const ask = async () => {
    const response = await fetch(`${url}/v2/models/cifar10/infer`, init);
    if (response.ok) return response.arrayBuffer();
    if (response.status !== 429) throw new Error(await response.text());
    await response.arrayBuffer();
    await wait(50);
    return ask();
  };
  await ask();
  const began = performance.now();
  const requests = 10;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (let i = 0; i < requests; i++) await ask();
    }),
  );
  return (CLIENTS * requests * PHOTOS) / ((performance.now() - began) / 1000);
}
