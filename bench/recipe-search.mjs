// Candidates for the recipe `best`, compared on training images that none of them trains on. The test images are not read.
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSource } from '../out/datasets/detect.js';
import { ingestImages } from '../out/datasets/ingest.js';
import { trainingContext } from '../out/jobs/task-context.js';
import { writeSafetensors } from '../out/network/safetensors.js';
import { openBlobs } from '../out/storage/blob-place.js';
import { inputSizeFor } from '../out/training/input-size.js';
import { recipeSchema } from '../out/training/recipe.js';
import { train } from '../out/training/train.js';
import { bundledBackbone } from './support/bundled-backbone.mjs';
import { unpackHeldOut, withDataOptions } from './support/data.mjs';
import { CANDIDATES } from './support/recipe-candidates.mjs';

/** Validation on the images that are compared on, or on so few others that they cost no time. */
const ON_ALL = { validation: 'TEST_SPLIT' };
const AT_THE_END = { validation: 'HELD_OUT', validationFraction: 0.01 };

/** Side in pixels of CIFAR-10's images, and the number of their classes. */
const SIDE = 32;
const CLASSES = 10;

export function describe(command) {
  return withDataOptions(command)
    .description('candidates for the recipe `best`, compared on held-out training images of CIFAR-10')
    .option('--per-class <n>', 'images of each class to train on', '1000')
    .option('--held-out <n>', 'other training images of each class, to compare on', '200')
    .option('--candidates <names...>', 'that are trained, in this order', Object.keys(CANDIDATES))
    .option('--seeds <numbers...>', 'each candidate is trained with', ['1'])
    .option('--curve', 'compare after every epoch, not only at the end of each stage')
    .option('--threads <n>', 'that compute; one wastes the least on a busy machine')
    .option('--log <file>', 'to which each result is appended as a line of JSON')
    .option('--keep <folder>', 'for the images and features, for another search on the same images');
}

/** Features are cached by backbone, size, layer and variants, so the seconds of training count and not those of features. */
export async function measure({ candidates, seeds, log, keep, ...data }) {
  const folder = keep ?? (await mkdtemp(join(tmpdir(), 'hub-bench-')));
  const rows = [];
  try {
    const search = await openSearch(folder, data);
    for (const name of candidates) {
      for (const seed of seeds.map(Number)) {
        const row = { candidate: name, seed, ...(await trainCandidate(search, name, seed)) };
        if (log) await appendFile(log, `${JSON.stringify(row)}\n`);
        rows.push(row);
      }
    }
  } finally {
    if (!keep) await rm(folder, { recursive: true, force: true });
  }
  return { rows, checks: [] };
}

/** Registers the images, unless an earlier search did, and finds the features that it left. */
async function openSearch(folder, { images, perClass, heldOut, curve, threads }) {
  const index = join(folder, 'index.json');
  const blobPlace = { folder: join(folder, 'blobs') };
  await mkdir(blobPlace.folder, { recursive: true });
  const blobs = openBlobs(blobPlace);
  const { manifests, features } = existsSync(index)
    ? JSON.parse(await readFile(index, 'utf8'))
    : { manifests: {}, features: {} };
  const sizes = { train: Number(perClass), heldOut: Number(heldOut) };
  const key = JSON.stringify(sizes);
  manifests[key] ??= await registerImages(images, join(folder, 'pictures'), sizes, blobs);
  const save = () => writeFile(index, JSON.stringify({ manifests, features }));
  const options = { curve, ...(threads ? { threads: Number(threads) } : {}) };
  return { ...options, blobs, blobPlace, manifestBlob: manifests[key], train: sizes.train, features, save };
}

/** @returns the hash of the manifest. */
async function registerImages(archive, pictures, sizes, blobs) {
  await rm(pictures, { recursive: true, force: true });
  await unpackHeldOut(archive, pictures, sizes);
  const { manifestBlob } = await ingestImages(await openSource(pictures), blobs);
  await rm(pictures, { recursive: true });
  return manifestBlob.sha256;
}

/** Trains the stages of a candidate. @returns accuracy by stage, processor seconds per core and images per second. */
async function trainCandidate(search, name, seed) {
  const { backbone = 'tiny-imagenet-2', stages } = CANDIDATES[name];
  const { sha256 } = await search.blobs.put(writeSafetensors(bundledBackbone(backbone).weights));
  let parentBlob = null;
  const accuracies = [];
  const [features, training] = [[], []];
  let last;
  for (const [i, stage] of stages.entries()) {
    const recipe = recipeSchema.parse({ ...(search.curve ? ON_ALL : AT_THE_END), ...stage, seed });
    const began = process.cpuUsage();
    const { finished, epochs } = await trainStage(search, { recipe, backboneBlob: sha256, parentBlob }, (epoch) =>
      console.error(name, seed, i + 1, epoch.epoch, epoch.validationAccuracy, epoch.seconds.toFixed(1)),
    );
    const { user, system } = process.cpuUsage(began);
    parentBlob = finished.weightsBlob;
    accuracies.push(finished.test.accuracy);
    features.push(finished.seconds.features);
    training.push(finished.seconds.training);
    last = { cpu: (user + system) / 1e6, epochs };
  }
  const rounded = (values) => values.map((value) => Math.round(value));
  return {
    accuracy: accuracies,
    'features s': rounded(features).join(),
    'training s': rounded(training).join(),
    'last stage, processor s': Math.round(last.cpu),
    'images/s': Math.round((CLASSES * search.train * last.epochs.length) / training.at(-1)),
    'train loss': last.epochs.at(-1).trainLoss,
    curve: search.curve ? last.epochs.map(({ validationAccuracy }) => validationAccuracy).join() : '',
  };
}

async function trainStage(search, { recipe, backboneBlob, parentBlob }, onEpoch) {
  const { blobs, blobPlace, manifestBlob, features, threads } = search;
  const size = inputSizeFor(SIDE, SIDE, recipe.imageSize);
  const parts = [manifestBlob, backboneBlob, size.image, recipe.splitLayer, recipe.mirror, recipe.crops];
  const key = [...parts, recipe.colorJitters].join();
  const chunks = features[key] ?? [];
  features[key] = chunks;
  const job = {
    ...{ manifestBlob, backboneBlob, parentBlob, recipe, size, blobPlace },
    ...{ featureChunks: chunks, uncached: null, checkpointBlob: null },
    checkpointSeconds: { withinEpoch: Number.MAX_VALUE, afterEpoch: 0 },
  };
  const epochs = [];
  let finished;
  const emit = (event) => {
    if (event.type === 'features') chunks.push(event.chunk);
    if (event.type === 'checkpoint') {
      blobs.delete(event.checkpointBlob);
      for (const epoch of event.epochs) onEpoch(epoch);
      epochs.push(...event.epochs);
    }
    if (event.type === 'finished') finished = event;
  };
  await train(
    job,
    await trainingContext(job, {
      ...{ threads: threads ?? availableParallelism(), emit },
      signal: new AbortController().signal,
    }),
  );
  await search.save();
  return { finished, epochs };
}
