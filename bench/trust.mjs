// How sure answers may be: calibration error before and after, how well photos of other things are told apart, and what
// an explained answer takes beside a plain one.

import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { distance, readSubspace } from '../out/calibration/outliers.js';
import { openFile } from '../out/cli/client.js';
import { decodePixels } from '../out/datasets/decode.js';
import { openSource } from '../out/datasets/detect.js';
import { ingestImages } from '../out/datasets/ingest.js';
import { classifierModel } from '../out/engines/onnx/classifier-model.js';
import { OnnxEngine } from '../out/engines/onnx/onnx-engine.js';
import { readClassifier } from '../out/engines/read-classifier.js';
import { startWorker } from '../out/jobs/worker-process.js';
import { openBlobs } from '../out/storage/blob-place.js';
import { resolveRecipe } from '../out/training/recipe-resolution.js';
import { check, mean, median } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';
import { SAMPLES, serveSample, startHub } from './support/hub.mjs';
import { otherPictures } from './support/other-pictures.mjs';

const BACKBONE = fileURLToPath(new URL('../backbones/inception_v3_tiny_imagenet_2.safetensors', import.meta.url));
const SIZE = { input: 32, image: 75 };
const PER_CLASS = { train: 500, test: 200 };
/** Classes that the network never sees: other photos of the same kind, the hardest case. */
const LEFT_OUT = ['frog', 'truck'];
/** A head that stops in time, and one that is trained until it is too sure of itself. */
const HEADS = { standard: {}, overtrained: { epochs: 30, patience: null, restoreBest: false, dropout: 0 } };
const OTHERS = 400;
const BATCH = 32;
const MODEL = '"cifar10"';
const CLASSIFY = `mutation ($image: Upload!) { classify(image: $image, model: ${MODEL}) { label confidence } }`;
const EXPLAIN = `mutation ($image: Upload!) { explain(image: $image, model: ${MODEL}) { label map heatMap } }`;

export function describe(command) {
  return withDataOptions(command)
    .description('calibration error, photos of other things, time of an explained answer')
    .option('--requests <n>', 'plain and explained answers, in turn', '50');
}

export async function measure({ images, requests }) {
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  try {
    const rows = [];
    const heads = await trainHeads(folder, images);
    for (const { name, figures } of heads) {
      rows.push({ what: `calibration error, ${name} head`, before: figures.eceBefore, after: figures.eceAfter });
    }
    const [standard, overtrained] = heads;
    const scores = await scoresOf(standard, folder);
    const areas = Object.entries(scores.others).map(([name, others]) => [name, areaUnderCurve(scores.own, others)]);
    for (const [name, area] of areas) rows.push({ what: `AUROC, ${name}`, after: area });
    const made = areas.filter(([name]) => name !== 'left-out classes').map(([, area]) => area);
    const times = await timesOf(Number(requests));
    rows.push({ what: 'ms of an answer: plain, explained', before: times.plain, after: times.explained });
    const { eceBefore, eceAfter } = overtrained.figures;
    return {
      rows,
      checks: [
        check('calibration error of an overtrained head, after / before', eceAfter / eceBefore, { atMost: 0.5 }),
        check('calibration error of the standard head, after', standard.figures.eceAfter, { atMost: 0.05 }),
        check('false alarms on test images, at 5% on validation', standard.figures.testFalseAlarmRate, {
          atMost: 0.08,
        }),
        check('AUROC on noise, stripes and digits, mean', mean(made), { atLeast: 0.9 }),
        check('AUROC on classes left out of training', areas.at(-1)[1], { atLeast: 0.65 }),
        check('explained / plain, median time of an answer', times.explained / times.plain, { atMost: 3 }),
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Trains heads on the same features. @returns of each its job and how sure it may be. */
async function trainHeads(folder, images) {
  const pictures = join(folder, 'pictures');
  await unpackImages(images, pictures, PER_CLASS);
  for (const split of ['train', 'test']) {
    for (const label of LEFT_OUT) await rename(join(pictures, split, label), join(folder, `${split}-${label}`));
  }
  const blobPlace = { folder: join(folder, 'blobs') };
  const blobs = openBlobs(blobPlace);
  const { manifestBlob } = await ingestImages(await openSource(pictures), blobs);
  const { sha256: backboneBlob } = await blobs.put(await readFile(BACKBONE));
  const nothing = { uncached: null, parentBlob: null, checkpointBlob: null };
  const featureChunks = [];
  const heads = [];
  for (const [name, options] of Object.entries(HEADS)) {
    const recipe = resolveRecipe('standard', { imageSize: SIZE.image, ...options });
    const job = { manifestBlob: manifestBlob.sha256, backboneBlob, recipe, size: SIZE, blobPlace };
    const onFeatures = ({ chunk }) => featureChunks.push(chunk);
    const { weightsBlob } = await finished(
      startWorker({ kind: 'train', job: { ...job, ...nothing, featureChunks } }),
      onFeatures,
    );
    const { calibration } = await finished(
      startWorker({ kind: 'calibrate', job: { ...job, weightsBlob, falseAlarmRate: 0.05 } }),
    );
    heads.push({ name, job: { ...job, weightsBlob }, ...calibration });
  }
  return heads;
}

async function finished({ events, errors }, onFeatures = () => undefined) {
  errors.pipe(process.stderr);
  for await (const event of events) {
    if (event.type === 'features') onFeatures(event);
    if (event.type === 'failed') throw new Error(event.message);
    if (event.type === 'finished') return event;
  }
}

/** How far photos lie from the training images: test images of the classes, and others by kind. */
async function scoresOf({ job, outlierBlob }, folder) {
  const blobs = openBlobs(job.blobPlace);
  const subspace = readSubspace(await blobs.get(outlierBlob));
  const network = await new OnnxEngine().load(classifierModel(await readClassifier(blobs, job)), SIZE);
  const score = async (pixels) => {
    const bytes = SIZE.input ** 2 * 3;
    const scores = [];
    for (let at = 0; at < pixels.length; at += BATCH * bytes) {
      const part = pixels.slice(at, at + BATCH * bytes);
      const n = part.length / bytes;
      const { features } = await network.runWithFeatures(part, n, false);
      const width = features.length / n;
      for (let i = 0; i < n; i++) scores.push(distance(features.subarray(i * width, (i + 1) * width), subspace));
    }
    return scores;
  };
  const labels = await readdir(join(folder, 'pictures', 'test'));
  const own = await score(await pixelsIn(labels.map((label) => join(folder, 'pictures', 'test', label))));
  const others = {};
  for (const [name, pixels] of otherPictures(OTHERS)) others[name] = await score(pixels);
  others['left-out classes'] = await score(await pixelsIn(LEFT_OUT.map((label) => join(folder, `test-${label}`))));
  await network.dispose();
  return { own, others };
}

async function pixelsIn(folders) {
  const size = { width: SIZE.input, height: SIZE.input, fit: 'cover' };
  const decoded = [];
  for (const folder of folders) {
    for (const file of await readdir(folder))
      decoded.push(await decodePixels(await readFile(join(folder, file)), size));
  }
  return new Uint8Array(Buffer.concat(decoded));
}

/** The share of pairs in which the other photo has the higher score. */
function areaUnderCurve(own, others) {
  const all = [...own.map((score) => [score, 0]), ...others.map((score) => [score, 1])].sort(([a], [b]) => a - b);
  const ranks = all.reduce((sum, [, isOther], rank) => sum + isOther * (rank + 1), 0);
  return (ranks - (others.length * (others.length + 1)) / 2) / (own.length * others.length);
}

/** Milliseconds of a plain and of an explained answer, asked in turn: medians. */
async function timesOf(requests) {
  const data = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const hub = await startHub(data);
  try {
    await serveSample(hub.client);
    const [name] = await readdir(join(SAMPLES, 'photos'));
    const photo = await openFile(join(SAMPLES, 'photos', name));
    const times = { plain: [], explained: [] };
    for (let i = 0; i <= requests; i++) {
      for (const [kind, query] of [
        ['plain', CLASSIFY],
        ['explained', EXPLAIN],
      ]) {
        const began = performance.now();
        await hub.client.upload(query, 'variables.image', photo, { image: null });
        if (i > 0) times[kind].push(performance.now() - began); // the first one loads
      }
    }
    return { plain: median(times.plain), explained: median(times.explained) };
  } finally {
    await hub.stop();
    await rm(data, { recursive: true, force: true });
  }
}
