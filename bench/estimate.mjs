// What `--estimate` says of a run beside what the run then takes: time and peak memory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';
import { ended, register, startHub } from './support/hub.mjs';

const BACKBONE = 'tiny-imagenet-2';
/** Estimates may be this far from what is measured, as a share of it. */
const TOLERANCE = 0.25;

export function describe(command) {
  return withDataOptions(command)
    .description('estimates of runs beside what the runs take')
    .option('--train <n>', 'training images per class', '400')
    .option('--test <n>', 'test images per class', '100');
}

export async function measure({ images, train, test }) {
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const source = join(folder, 'images');
  await unpackImages(images, source, { train: Number(train), test: Number(test) });
  const hub = await startHub(join(folder, 'data'), '--allow', source);
  try {
    const { client } = hub;
    const { id: datasetVersionId } = await register(client, 'images', source);
    const asked = { datasetVersionId, backbone: BACKBONE, preset: 'BEST' };
    // Early stopping would end a run before the time that is estimated.
    const recipe = { epochs: 8, patience: null };
    const head = await compare(client, 'a head, nothing cached', 'Transfer', { ...asked, recipe });
    const again = await compare(client, 'a head on cached features', 'Transfer', {
      ...asked,
      recipe: { ...recipe, seed: 2 },
    });
    const stage = { fineTuneFrom: 'mixed2', batchSize: 64, epochs: 3, learningRate: 5e-4, patience: null };
    const tuned = await compare(client, 'fine-tuning after mixed2', 'FineTune', { parentRunId: head.id, ...stage });
    const rows = [head, again, tuned].map(({ id: _, ...row }) => row);
    const checks = rows.flatMap((row) => [
      check(`${row.run}: seconds`, Math.abs(row.seconds - 1), { atMost: TOLERANCE }),
      check(`${row.run}: memory`, Math.abs(row.memory - 1), { atMost: TOLERANCE }),
    ]);
    return { rows, checks };
  } finally {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Estimates a run, trains it, and compares. `seconds` and `memory` are the estimate's share of what was measured. */
async function compare(client, name, kind, input) {
  const { estimate } = await client.request(
    `query ($input: Start${kind}RunInput!) {
      estimate: estimate${kind}Run(input: $input) { seconds memoryBytes basis }
    }`,
    { input },
  );
  const { started } = await client.request(
    `mutation ($input: Start${kind}RunInput!) { started: start${kind}Run(input: $input) { id } }`,
    { input },
  );
  await ended(client, started.id);
  const { run } = await client.request(
    `query ($id: ID!) {
      run(id: $id) { id state peakMemoryBytes seconds { features training evaluation } error { message } }
    }`,
    { id: started.id },
  );
  if (run.state !== 'SUCCEEDED') throw new Error(`${name}: the run is ${run.state}: ${run.error?.message}`);
  const { features, training, evaluation } = run.seconds;
  const took = features + training + evaluation;
  return {
    id: run.id,
    run: name,
    basis: estimate.basis,
    'estimated s': estimate.seconds,
    'measured s': took,
    seconds: estimate.seconds / took,
    'estimated MB': estimate.memoryBytes / 1e6,
    'measured MB': run.peakMemoryBytes / 1e6,
    memory: estimate.memoryBytes / run.peakMemoryBytes,
  };
}
