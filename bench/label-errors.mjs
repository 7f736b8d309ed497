// How many of the images with a wrong label an examination puts first, on CIFAR-10 with labels that were changed on purpose.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATASET_BOUNDS } from '../out/datasets/bounds.js';
import { openSource } from '../out/datasets/detect.js';
import { ingestImages } from '../out/datasets/ingest.js';
import { comparedRecipe, foldRecipe } from '../out/domain/examination/examination-recipes.js';
import { trainingContext } from '../out/jobs/task-context.js';
import { writeSafetensors } from '../out/network/safetensors.js';
import { randomStream, shuffle } from '../out/random.js';
import { openBlobs } from '../out/storage/blob-place.js';
import { readFeatures } from '../out/training/compared-features.js';
import { confidentLearning } from '../out/training/confident-learning.js';
import { labelProbabilities } from '../out/training/label-probabilities.js';
import { bundledBackbone } from './support/bundled-backbone.mjs';
import { check } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';
import { peerPython, runPeer } from './support/python.mjs';

const SIDE = 32;

/** What an examination must reach in each mode; in quick mode, heads on frozen features in a trial before it was written. */
const CASES = [
  { kind: 'symmetric', rate: 0.05, quick: 0.57, thorough: 0.8 },
  { kind: 'symmetric', rate: 0.1, quick: 0.63, thorough: 0.8 },
  { kind: 'pairwise', rate: 0.05, quick: 0.4, thorough: 0.6 },
  { kind: 'pairwise', rate: 0.1, quick: 0.45, thorough: 0.6 },
];

export function describe(command) {
  return withDataOptions(command)
    .description(
      'wrong labels of CIFAR-10 that are found first, of those that were made, and those that cleanlab finds',
    )
    .option('--per-class <n>', 'training images of each class', '1000')
    .option('--backbone <name>', 'a bundled one', 'efficientnet-lite0')
    .option('--size <pixels>', 'side of the image that the backbone sees', '128')
    .option('--rounds <n>', 'seeds of the changed labels', '1')
    .option('--thorough', 'in thorough mode; cleanlab would order by the same probabilities, and is left out')
    .option('--rates <shares...>', 'of changed labels', ['0.05', '0.1']);
}

export async function measure({ images, perClass, backbone, size, rounds, thorough = false, rates }) {
  const python = thorough ? null : await peerPython('cleanlab');
  const cases = CASES.filter(({ rate }) => rates.map(Number).includes(rate));
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  try {
    await unpackImages(images, join(folder, 'images'), { train: Number(perClass), test: 10 });
    const opened = await openImages(folder, backbone, Number(size));
    const truth = opened.manifest.images.map(({ label }) => label);
    const classes = opened.manifest.classes.length;
    const began = performance.now();
    await readFeatures(opened.job, opened.manifest, opened.context);
    const seconds = (performance.now() - began) / 1000;
    const rows = [];
    for (const one of cases) {
      for (let seed = 1; seed <= Number(rounds); seed++) {
        const labels = changed(truth, classes, one, seed);
        const wrong = labels.map((label, row) => (label === truth[row] ? 0 : 1));
        const many = wrong.reduce((sum, value) => sum + value, 0);
        const { probabilities, seconds: judging } = await probabilitiesOf(opened, labels, thorough);
        const { suspects, errors } = confidentLearning(probabilities, labels, classes);
        const given = labels.map((label, row) => probabilities[row * classes + label]);
        const order = [...labels.keys()].sort((a, b) => given[a] - given[b]).slice(0, many);
        const first = python && (await orderOfCleanlab(python, folder, { labels, classes, probabilities, many }));
        const precision = (found) => found.reduce((sum, row) => sum + wrong[row], 0) / many;
        rows.push({
          ...{ noise: one.kind, rate: one.rate, seed, made: many, estimated: Math.round(errors) },
          precision: precision(order),
          ...(first ? { 'precision of cleanlab': precision(first) } : {}),
          suspects: suspects.length,
          'share of those made': suspects.reduce((sum, { row }) => sum + wrong[row], 0) / many,
          'right class suggested': share(
            suspects.filter(({ row }) => wrong[row]),
            ({ row, suggested }) => suggested === truth[row],
          ),
          'judging, s': judging,
          'features, s': seconds,
        });
      }
    }
    const mean = (fits, key) => {
      const fitting = rows.filter(fits);
      return fitting.reduce((sum, row) => sum + row[key], 0) / fitting.length;
    };
    const checks = cases.flatMap(({ kind, rate, ...least }) => {
      const fits = (row) => row.noise === kind && row.rate === rate;
      const own = mean(fits, 'precision');
      const name = `${kind}, ${rate * 100}%`;
      const atLeast = least[thorough ? 'thorough' : 'quick'];
      const reached = check(`${name}: precision among as many as were made`, own, { atLeast });
      if (!python) return [reached];
      return [reached, check(`${name}: above cleanlab's`, own - mean(fits, 'precision of cleanlab'), { atLeast: 0 })];
    });
    return { rows, checks };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function orderOfCleanlab(python, folder, { probabilities, ...asked }) {
  const file = join(folder, 'probabilities.json');
  await writeFile(file, JSON.stringify({ ...asked, probabilities: [...probabilities] }));
  return (await runPeer(python, 'cleanlab_order.py', ['--file', file])).first;
}

const share = (items, fits) => items.filter(fits).length / items.length;

/** The training images as a dataset version, and what examines them; features are cached for all cases. */
async function openImages(folder, name, image) {
  const blobPlace = { folder: join(folder, 'blobs') };
  const blobs = openBlobs(blobPlace);
  const source = await openSource(join(folder, 'images'), DATASET_BOUNDS);
  const draw = { testFraction: 0.2, validationFraction: 0, seed: 1 };
  const { manifest: all } = await ingestImages(source, blobs, { ...draw, bounds: DATASET_BOUNDS });
  const manifest = { ...all, images: all.images.filter(({ split }) => split === 'train') };
  const { weights, network } = bundledBackbone(name);
  const chunks = { comparison: [], networks: [] };
  const job = {
    ...{
      manifestBlob: '',
      backboneBlob: (await blobs.put(writeSafetensors(weights))).sha256,
      recipe: comparedRecipe(image),
    },
    ...{ size: { input: SIDE, image }, blobPlace, parentBlob: null, checkpointBlob: null },
    ...{ featureChunks: chunks.comparison, uncached: null, thorough: null },
  };
  const signal = new AbortController().signal;
  const emit = (event) => event.type === 'features' && chunks[event.of].push(event.chunk);
  const context = await trainingContext(job, { threads: availableParallelism(), emit, signal });
  const tuningJob = { recipe: foldRecipe(network, image), featureChunks: chunks.networks, uncached: null, answers: [] };
  return { manifest, blobs, job, thorough: tuningJob, context };
}

/** Probabilities of all classes for each image. @param labels that it has. */
async function probabilitiesOf({ manifest, blobs, job, thorough, context }, labels, isThorough) {
  const changed = { ...manifest, images: manifest.images.map((one, row) => ({ ...one, label: labels[row] })) };
  const manifestBlob = (await blobs.put(Buffer.from(JSON.stringify(changed)))).sha256;
  const own = { ...job, manifestBlob, thorough: isThorough ? thorough : null };
  const features = await readFeatures(own, changed, context);
  const began = performance.now();
  const probabilities = await labelProbabilities(own, changed, features, context);
  return { probabilities, seconds: (performance.now() - began) / 1000 };
}

/** Labels of which a share was changed: to any other class, or to the next one. */
function changed(truth, classes, { kind, rate }, seed) {
  const random = randomStream(seed, kind, rate);
  const labels = [...truth];
  const chosen = shuffle([...truth.keys()], random).slice(0, Math.round(rate * truth.length));
  const steps = shuffle(
    chosen.map((_, i) => (kind === 'pairwise' ? 1 : 1 + (i % (classes - 1)))),
    random,
  );
  for (const [i, row] of chosen.entries()) labels[row] = (truth[row] + steps[i]) % classes;
  return labels;
}
