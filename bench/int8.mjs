// A classifier in every form that this machine serves (runtime and precision): photos a second in batches of 1 and 8, measured in turn,
// and test accuracy.

import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSource } from '../out/datasets/detect.js';
import { ingestImages } from '../out/datasets/ingest.js';
import { classifierModel } from '../out/engines/onnx/classifier-model.js';
import { OnnxEngine } from '../out/engines/onnx/onnx-engine.js';
import { OpenVinoEngine } from '../out/engines/openvino/openvino-engine.js';
import { readClassifier } from '../out/engines/read-classifier.js';
import { startWorker } from '../out/jobs/worker-process.js';
import { writeSafetensors } from '../out/network/safetensors.js';
import { openBlobs } from '../out/storage/blob-place.js';
import { resolveRecipe } from '../out/training/recipe-resolution.js';
import { bundledBackbone } from './support/bundled-backbone.mjs';
import { check, median } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';

/** Side of the picture that the network sees, and images per class to train and test a head with. */
const SETTINGS = [
  { image: 75, train: 500, test: 200 },
  { image: 128, train: 200, test: 200 },
  { image: 299, train: 100, test: 50 },
];
const BATCHES = [1, 8];
/** How it is fine-tuned: as the stages of the recipe `best`, for fewer epochs. */
const TUNED = { epochs: 2, batchSize: 64, learningRate: 5e-4, schedule: 'COSINE', patience: null, restoreBest: false };

export function describe(command) {
  return withDataOptions(command)
    .description('photos a second and accuracy with 8 bits against floats')
    .option('--backbone <name>', 'a bundled one', 'tiny-imagenet-2')
    .option('--tune <layer>', 'also fine-tune everything after this layer, for two epochs')
    .option('--sizes <pixels>', 'sides of the picture that the network sees', '75,299')
    .option('--rounds <n>', 'each is measured in turn this often', '7')
    .option('--threads <n>', 'threads of each network', String(availableParallelism()))
    .option('--seconds <n>', 'of each measurement', '1');
}

export async function measure({ images, backbone, tune, sizes, rounds, seconds, threads }) {
  const rows = [];
  const checks = [];
  for (const setting of SETTINGS.filter(({ image }) => sizes.split(',').includes(String(image)))) {
    const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
    try {
      await unpackImages(images, join(folder, 'pictures'), setting);
      const { job, accuracy } = await trainClassifier(folder, { backbone, tune, image: setting.image });
      const { quantization } = await finished(startWorker({ kind: 'quantize', job }));
      const name = `${setting.image} px`;
      const accuracies = accuraciesOf(accuracy, quantization);
      for (const [form, its] of Object.entries(accuracies)) {
        if (form === 'fp32') continue;
        checks.push(check(`${name}: test accuracy lost to ${form}, points`, (accuracy - its) * 100, { atMost: 0.3 }));
      }
      for (const batch of BATCHES) {
        const speeds = await speedsOf(job, quantization, {
          ...{ batch, rounds: Number(rounds), seconds: Number(seconds), threads: Number(threads) },
        });
        for (const [form, speed] of Object.entries(speeds)) {
          const [ratio, own] = [speed / speeds.fp32, accuracies[form] ?? accuracy];
          rows.push({ size: name, batch, form, 'photos/s': speed, 'times fp32': ratio, accuracy: own });
        }
        const best = Math.max(...Object.entries(speeds).map(([form, speed]) => (form.includes('int8') ? speed : 0)));
        checks.push(check(`${name}, batch ${batch}: int8 / fp32, photos a second`, best / speeds.fp32, { atLeast: 2 }));
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return { rows, checks };
}

/** @returns the job of making the 8-bit form, and the accuracy with floats. */
async function trainClassifier(folder, { backbone, tune, image }) {
  const blobPlace = { folder: join(folder, 'blobs') };
  const blobs = openBlobs(blobPlace);
  const { manifest, manifestBlob } = await ingestImages(await openSource(join(folder, 'pictures')), blobs);
  const { sha256: backboneBlob } = await blobs.put(writeSafetensors(bundledBackbone(backbone).weights));
  const recipe = resolveRecipe('standard', { imageSize: image });
  const job = { manifestBlob: manifestBlob.sha256, backboneBlob, recipe, size: { input: 32, image }, blobPlace };
  const nothing = { featureChunks: [], uncached: null, checkpointBlob: null };
  const trained = (parentBlob, changes) =>
    finished(
      startWorker({ kind: 'train', job: { ...job, ...nothing, parentBlob, recipe: { ...recipe, ...changes } } }),
    );
  const head = await trained(null, {});
  const { weightsBlob, test } = tune ? await trained(head.weightsBlob, { splitLayer: tune, ...TUNED }) : head;
  return { job: { ...job, weightsBlob, labels: manifest.classes }, accuracy: test.accuracy };
}

async function finished({ events, errors }) {
  errors.pipe(process.stderr);
  for await (const event of events) {
    if (event.type === 'failed') throw new Error(event.message);
    if (event.type === 'finished') return event;
  }
}

/** Name of a form of OpenVINO. */
const nameOf = ({ precision }) => `openvino ${precision.toLowerCase()}`;

/** Test accuracy of the forms that have one of their own. */
function accuraciesOf(accuracy, { accuracy: int8, otherForms }) {
  const others = (otherForms ?? []).filter((form) => form.accuracy !== null);
  return { fp32: accuracy, int8, ...Object.fromEntries(others.map((form) => [nameOf(form), form.accuracy])) };
}

/** Medians of rounds in which all forms take their turn on the same pictures. */
async function speedsOf(job, { quantizedBlob, otherForms }, { batch, rounds, seconds, threads }) {
  const blobs = openBlobs(job.blobPlace);
  const engine = new OnnxEngine(threads);
  const floats = classifierModel(await readClassifier(blobs, job));
  const int8 = await blobs.get(quantizedBlob);
  const networks = { fp32: await engine.load(floats, job.size), int8: await engine.load(int8, job.size) };
  for (const form of otherForms ?? []) {
    const model = form.precision === 'INT8' ? int8 : floats;
    networks[nameOf(form)] = await new OpenVinoEngine(threads).load(model, job.size, form.precision === 'BF16');
  }
  const pixels = new Uint8Array(batch * job.size.input ** 2 * 3).map((_, i) => (i * 2654435761) >>> 24);
  const speeds = Object.fromEntries(Object.keys(networks).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, network] of Object.entries(networks)) {
      const began = performance.now();
      let photos = 0;
      for (; performance.now() - began < seconds * 1000; photos += batch) await network.run(pixels, batch);
      if (round > 0) speeds[name].push((photos / (performance.now() - began)) * 1000); // the first one warms up
    }
  }
  for (const network of Object.values(networks)) await network.dispose();
  return Object.fromEntries(Object.entries(speeds).map(([name, values]) => [name, median(values)]));
}
