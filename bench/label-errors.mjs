// How many of the images with a wrong label an examination puts first, on CIFAR-10 with labels that were changed on purpose.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATASET_BOUNDS } from '../out/datasets/bounds.js';
import { decodePixels } from '../out/datasets/decode.js';
import { openSource } from '../out/datasets/detect.js';
import { ingestImages } from '../out/datasets/ingest.js';
import { ShardReader } from '../out/datasets/read-manifest.js';
import { OnnxEngine } from '../out/engines/onnx/onnx-engine.js';
import { randomStream, shuffle } from '../out/random.js';
import { FileBlobStore } from '../out/storage/file-blobs.js';
import { confidentLearning } from '../out/training/confident-learning.js';
import { outOfSample } from '../out/training/out-of-sample.js';
import { bundledBackbone } from './support/bundled-backbone.mjs';
import { check } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';
import { peerPython, runPeer } from './support/python.mjs';

const SIDE = 32;
const AT_ONCE = 64;

/** What an examination must reach: the figures of heads on frozen features in a trial before it was written. */
const CASES = [
  { kind: 'symmetric', rate: 0.05, atLeast: 0.57 },
  { kind: 'symmetric', rate: 0.1, atLeast: 0.63 },
  { kind: 'pairwise', rate: 0.05, atLeast: 0.4 },
  { kind: 'pairwise', rate: 0.1, atLeast: 0.45 },
];

export function describe(command) {
  return withDataOptions(command)
    .description(
      'wrong labels of CIFAR-10 that are found first, of those that were made, and those that cleanlab finds',
    )
    .option('--per-class <n>', 'training images of each class', '1000')
    .option('--backbone <name>', 'a bundled one', 'efficientnet-lite0')
    .option('--size <pixels>', 'side of the image that the backbone sees', '128')
    .option('--rounds <n>', 'seeds of the changed labels', '1');
}

export async function measure({ images, perClass, backbone, size, rounds }) {
  const python = await peerPython('cleanlab');
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  try {
    await unpackImages(images, join(folder, 'images'), { train: Number(perClass), test: 10 });
    const { values, width, truth, classes, seconds } = await featuresOf(folder, backbone, Number(size));
    const rows = [];
    for (const one of CASES) {
      for (let seed = 1; seed <= Number(rounds); seed++) {
        const labels = changed(truth, classes, one, seed);
        const wrong = labels.map((label, row) => (label === truth[row] ? 0 : 1));
        const many = wrong.reduce((sum, value) => sum + value, 0);
        const began = performance.now();
        const probabilities = await outOfSample({
          ...{ values: values.slice(), width, labels, classes, threads: availableParallelism() },
          onStep: () => undefined,
        });
        const { suspects, errors } = confidentLearning(probabilities, labels, classes);
        const fitting = (performance.now() - began) / 1000;
        const given = labels.map((label, row) => probabilities[row * classes + label]);
        const order = [...labels.keys()].sort((a, b) => given[a] - given[b]).slice(0, many);
        const file = join(folder, 'probabilities.json');
        await writeFile(file, JSON.stringify({ labels, classes, probabilities: [...probabilities], many }));
        const { first } = await runPeer(python, 'cleanlab_order.py', ['--file', file]);
        const precision = (found) => found.reduce((sum, row) => sum + wrong[row], 0) / many;
        rows.push({
          ...{ noise: one.kind, rate: one.rate, seed, made: many, estimated: Math.round(errors) },
          precision: precision(order),
          'precision of cleanlab': precision(first),
          suspects: suspects.length,
          'share of those made': suspects.reduce((sum, { row }) => sum + wrong[row], 0) / many,
          'right class suggested': share(
            suspects.filter(({ row }) => wrong[row]),
            ({ row, suggested }) => suggested === truth[row],
          ),
          'regressions, s': fitting,
          'features, s': seconds,
        });
      }
    }
    const mean = (fits, key) => {
      const fitting = rows.filter(fits);
      return fitting.reduce((sum, row) => sum + row[key], 0) / fitting.length;
    };
    const checks = CASES.flatMap(({ kind, rate, atLeast }) => {
      const fits = (row) => row.noise === kind && row.rate === rate;
      const own = mean(fits, 'precision');
      return [
        check(`${kind}, ${rate * 100}%: precision among as many as were made`, own, { atLeast }),
        check(`${kind}, ${rate * 100}%: above cleanlab's`, own - mean(fits, 'precision of cleanlab'), { atLeast: 0 }),
      ];
    });
    return { rows, checks };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const share = (items, fits) => items.filter(fits).length / items.length;

/** The pooled features of the training images, in the order of their dataset version, and their true classes. */
async function featuresOf(folder, name, image) {
  const blobs = new FileBlobStore(join(folder, 'blobs'));
  const source = await openSource(join(folder, 'images'), DATASET_BOUNDS);
  const draw = { testFraction: 0.2, validationFraction: 0, seed: 1 };
  const { manifest } = await ingestImages(source, blobs, { ...draw, bounds: DATASET_BOUNDS });
  const training = manifest.images.filter(({ split }) => split === 'train');
  const began = performance.now();
  const network = await new OnnxEngine(availableParallelism()).frozen({
    ...{ backbone: bundledBackbone(name).weights, size: { input: SIDE, image } },
    ...{ firstTrainedLayer: 'avg_pool', type: 'float32' },
  });
  const width = network.outFeatures;
  const values = new Float32Array(training.length * width);
  const shards = new ShardReader(blobs, manifest);
  for (let start = 0; start < training.length; start += AT_ONCE) {
    const part = training.slice(start, start + AT_ONCE);
    const pixels = new Uint8Array(part.length * SIDE * SIDE * 3);
    for (const [i, record] of part.entries()) {
      const decoded = await decodePixels(await shards.read(record), { width: SIDE, height: SIDE, fit: 'cover' });
      pixels.set(decoded, i * SIDE * SIDE * 3);
    }
    values.set(await network.run(pixels, part.length), start * width);
  }
  await shards.close();
  await network.dispose();
  const seconds = (performance.now() - began) / 1000;
  return { values, width, truth: training.map(({ label }) => label), classes: manifest.classes.length, seconds };
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
