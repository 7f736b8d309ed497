// A hundred trainings of a head on cached features: the hub's sweep against a loop in Keras on the same features.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openSource } from '../out/datasets/detect.js';
import { ingestImages } from '../out/datasets/ingest.js';
import { startWorker } from '../out/jobs/worker-process.js';
import { readKerasBackbone } from '../out/network/keras/read-backbone.js';
import { writeSafetensors } from '../out/network/safetensors.js';
import { openBlobs } from '../out/storage/blob-place.js';
import { resolveRecipe } from '../out/training/recipe-resolution.js';
import { drawSplits } from '../out/training/splits.js';
import { check, mean, median } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';
import { ended, register, startHub, train } from './support/hub.mjs';
import { peerPython, runPeer } from './support/python.mjs';

const TRIALS = 100;
const RECIPE = { imageSize: 75, epochs: 4, patience: null };
const POLL_MS = 50;

export function describe(command) {
  return withDataOptions(command)
    .description('100 trainings of a head on cached features of 2,000 CIFAR-10 pictures, 4 epochs, against Keras')
    .option('--rounds <n>', 'each is measured by both in turn this often', '3');
}

/** Seconds are from asking for a sweep to its end in a running hub, and of the loop alone for Keras: no import, no file. */
export async function measure({ images, weights, rounds }) {
  const python = await peerPython();
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const pictures = join(folder, 'pictures');
  await unpackImages(images, pictures, { train: 200, test: 40 });
  const h5 = resolve(weights);
  const given = join(folder, 'given');
  await writeFeatures(pictures, h5, given);
  const hub = await startHub(join(folder, 'data'), '--allow', folder, h5);
  const rows = [];
  try {
    await hub.client.request(
      'mutation ($path: String!) { addBackbone(input: { name: "bench", path: $path }) { id } }',
      { path: h5 },
    );
    const { id: datasetVersionId } = await register(hub.client, 'pictures', pictures);
    const base = { datasetVersionId, backbone: 'bench', recipe: RECIPE };
    await train(hub.client, base); // which caches the features
    for (let round = 1; round <= Number(rounds); round++) {
      const { trials, seconds } = await sweepInHub(hub.client, base, round);
      await writeFile(join(given, 'trials.json'), JSON.stringify(trials.map(({ values }) => values)));
      const keras = await runPeer(python, 'keras_sweep.py', ['--data', given, '--epochs', String(RECIPE.epochs)]);
      rows.push({
        round,
        'Keras s': keras.seconds,
        'hub s': seconds,
        'hub trainings a minute': (TRIALS / seconds) * 60,
        'Keras accuracy': mean(keras.accuracies),
        'hub accuracy': mean(trials.map(({ epochs }) => epochs.at(-1).validationAccuracy)),
      });
    }
  } finally {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  }
  const column = (name) => rows.map((row) => row[name]);
  const difference = Math.abs(mean(column('hub accuracy')) - mean(column('Keras accuracy'))) * 100;
  return {
    rows,
    checks: [
      check('trainings a minute', median(column('hub trainings a minute')), { atLeast: 100 }),
      check('hub / Keras, wall time', median(rows.map((row) => row['hub s'] / row['Keras s'])), { atMost: 1 / 3 }),
      check('validation accuracy of all trials, points from the mean of Keras', difference, { atMost: 1 }),
    ],
  };
}

async function sweepInHub(client, base, seed) {
  const parameters = [
    { name: 'learningRate', min: 1e-4, max: 1e-2, scale: 'LOG' },
    { name: 'dropout', min: 0, max: 0.5 },
  ];
  const input = { base, method: 'RANDOM', runs: TRIALS, seed, parameters, stopEarly: false };
  const began = performance.now();
  const { startSweep } = await client.request(
    'mutation ($input: StartSweepInput!) { startSweep(input: $input) { id } }',
    { input },
  );
  for (;;) {
    const { id } = startSweep;
    const { sweep } = await client.request('query ($id: ID!) { sweep(id: $id) { state } }', { id });
    if (sweep.state === 'QUEUED' || sweep.state === 'RUNNING') {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      continue;
    }
    const seconds = (performance.now() - began) / 1000;
    if (sweep.state !== 'SUCCEEDED') throw new Error(`the sweep is ${sweep.state}`);
    const answer = await client.request(
      'query ($id: ID!) { sweep(id: $id) { runId trials { values epochs { validationAccuracy } } } }',
      { id },
    );
    await ended(client, answer.sweep.runId);
    return { seconds, trials: answer.sweep.trials };
  }
}

/** Features, labels and splits as the hub has them, for Keras to read. */
async function writeFeatures(pictures, h5, folder) {
  const blobPlace = { folder: join(folder, 'blobs') };
  await mkdir(blobPlace.folder, { recursive: true });
  const blobs = openBlobs(blobPlace);
  const { manifest, manifestBlob } = await ingestImages(await openSource(pictures), blobs);
  const backbone = await blobs.put(writeSafetensors((await readKerasBackbone(h5)).weights));
  const recipe = resolveRecipe('standard', { ...RECIPE, epochs: 1 });
  const job = {
    ...{ manifestBlob: manifestBlob.sha256, backboneBlob: backbone.sha256, parentBlob: null, recipe, blobPlace },
    ...{ size: { input: 32, image: RECIPE.imageSize }, featureChunks: [], uncached: null },
    checkpointBlob: null,
  };
  const chunks = [];
  for await (const event of startWorker({ kind: 'train', job }).events) {
    if (event.type === 'features') chunks[event.chunk.index] = event.chunk.blob;
    if (event.type === 'failed') throw new Error(event.message);
  }
  await writeFile(
    join(folder, 'features.f32'),
    Buffer.concat(await Promise.all(chunks.map((blob) => blobs.get(blob)))),
  );
  const { train, validation } = drawSplits(manifest, recipe);
  const labels = manifest.images.map(({ label }) => label);
  await writeFile(
    join(folder, 'splits.json'),
    JSON.stringify({ labels, train: [...train], validation: [...validation] }),
  );
}
