// A hub under a mixed load for a long time: memory, open files and latency must stay where they are.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFile } from '../out/cli/client.js';
import { check, mean, median } from './support/check.mjs';
import { ended, register, startHub } from './support/hub.mjs';
import { residentMemory } from './support/memory.mjs';

const SAMPLES = fileURLToPath(new URL('../samples', import.meta.url));
const CLASSIFY = 'mutation ($image: Upload!) { classify(image: $image, model: "cifar10") { label } }';
const LISTS = `{ datasets { name versions { number imageCount } } models { name aliases { name version { number } } }
  runs(page: { first: 20 }) { runs { id state testAccuracy } next } }`;
const RECIPE = { epochs: 2, patience: null, batchSize: 50 };
/** Seconds between samples. */
const SAMPLE = 5;
/** Share of the time at the beginning that does not count: caches fill, V8 decides how much heap it wants. */
const WARM_UP = 0.25;

export function describe(command) {
  return command
    .description('a mixed load for a long time: memory, handles and latency stay flat')
    .option('--minutes <n>', 'how long', '30');
}

export async function measure({ minutes }) {
  const data = await mkdtemp(join(tmpdir(), 'hub-soak-'));
  const hub = await startHub(data);
  try {
    const [photo] = await readdir(join(SAMPLES, 'photos'));
    const whole = await register(hub.client, 'sample', join(SAMPLES, 'cifar10-sample.tar.gz'));
    const load = { client: hub.client, whole, photo: join(SAMPLES, 'photos', photo), turn: 0, waits: [], failures: [] };
    await trainAndPromote(load);
    const until = performance.now() + Number(minutes) * 60_000;
    const repeat = async (name, work) => {
      while (performance.now() < until) {
        await work(load).catch((error) => load.failures.push(`${name}: ${error.message}`));
      }
    };
    const samples = [];
    await Promise.all([
      repeat('classify', classify),
      repeat('list', list),
      repeat('train and promote', trainAndPromote),
      sampleUntil(until, samples, hub.child.pid, load.waits),
    ]);
    for (const failure of new Set(load.failures)) process.stderr.write(`${failure}\n`);
    return { rows: thinned(samples), checks: checksOf(samples, load) };
  } finally {
    await hub.stop();
    await rm(data, { recursive: true, force: true });
  }
}

async function classify({ client, photo, waits }) {
  const file = await openFile(photo);
  const began = performance.now();
  await client.upload(CLASSIFY, 'variables.image', file, { image: null });
  waits.push(performance.now() - began);
}

async function list({ client }) {
  await client.request(LISTS);
  await new Promise((resolve) => setTimeout(resolve, 100)); // as a page that is looked at
}

/** A small version, a run on it, a model version of that, promoted; then the run before is tidied up as far as it can be. */
async function trainAndPromote(load) {
  const { client, whole } = load;
  const part = { from: [whole.id], fraction: 0.1, seed: ++load.turn };
  const { deriveDatasetVersion } = await client.request(
    'mutation ($input: DeriveDatasetVersionInput!) { deriveDatasetVersion(input: $input) { id } }',
    { input: part },
  );
  const { startTransferRun } = await client.request(
    'mutation ($input: StartTransferRunInput!) { startTransferRun(input: $input) { id } }',
    { input: { datasetVersionId: deriveDatasetVersion.id, backbone: 'tiny-imagenet-2', recipe: RECIPE } },
  );
  await ended(client, startTransferRun.id);
  const { registerModelVersion } = await client.request(
    'mutation ($runId: ID!) { registerModelVersion(input: { runId: $runId, model: "cifar10" }) { number } }',
    { runId: startTransferRun.id },
  );
  await client.request(
    `mutation ($version: Int!) { promoteModelVersion(
      input: { model: "cifar10", version: $version, reason: "soak", now: true, overrideGate: true }
    ) { number } }`,
    { version: registerModelVersion.number },
  );
}

async function sampleUntil(until, samples, pid, waits) {
  const began = performance.now();
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE * 1000));
    const answers = waits.splice(0);
    samples.push({
      minute: (performance.now() - began) / 60_000,
      'memory MB': (await residentMemory(pid).catch(() => Number.NaN)) / 1e6,
      handles: await openHandles(pid),
      answers: answers.length,
      'median ms': median(answers),
    });
  }
}

/** Files and sockets that a process has open; NaN where the system does not tell. */
async function openHandles(pid) {
  return readdir(`/proc/${pid}/fd`).then(
    (names) => names.length,
    () => Number.NaN,
  );
}

function checksOf(samples, { failures, turn }) {
  const counted = samples.slice(Math.floor(samples.length * WARM_UP));
  const flat = (what, name, atMost) => {
    const growth = growthOf(
      counted.map((sample) => [sample.minute, sample[what]]).filter(([, y]) => Number.isFinite(y)),
    );
    return check(name, growth, { atMost });
  };
  return [
    check('requests that failed', failures.length, { atMost: 0 }),
    check('runs trained and promoted', turn, { atLeast: 2 }),
    flat('memory MB', 'memory, end / beginning by a straight line', 1.15),
    flat('handles', 'open handles, end / beginning by a straight line', 1.1),
    flat('median ms', 'time of an answer, end / beginning by a straight line', 1.25),
  ];
}

/** The last value over the first one of the straight line through the points (least squares). */
function growthOf(points) {
  const x = mean(points.map(([at]) => at));
  const y = mean(points.map(([, value]) => value));
  const slope =
    points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) /
    points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  const at = (place) => y + slope * (place - x);
  return at(points.at(-1)[0]) / at(points[0][0]);
}

/** As many rows as fit a screen. */
function thinned(samples) {
  const step = Math.ceil(samples.length / 30);
  return samples.filter((_, i) => i % step === 0);
}
