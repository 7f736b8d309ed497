// How many labels the review queue saves against random choice, on CIFAR-10 with simulated reviewers.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATASET_BOUNDS } from '../out/datasets/bounds.js';
import { openSource } from '../out/datasets/detect.js';
import { ingestImages } from '../out/datasets/ingest.js';
import { manifestOf } from '../out/datasets/manifest.js';
import { writeSafetensors } from '../out/network/safetensors.js';
import { randomStream, shuffle } from '../out/random.js';
import { FileBlobStore } from '../out/storage/file-blobs.js';
import { bundledBackbone } from './support/bundled-backbone.mjs';
import { check, mean } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';
import { Learning } from './support/loop/learning.mjs';
import { HubQueue } from './support/loop/orders.mjs';

/** The share of the labels of random choice with which the queue must be as accurate. */
const TARGET = 0.7;
/** Orders by other rules, of what a version answers: those with the highest values first. */
const RULES = {
  margin: ({ photo }) => -photo.margin,
  entropy: ({ top }) => top.reduce((sum, { probability: p }) => sum - p * Math.log(Math.max(p, 1e-12)), 0),
  confidence: ({ photo }) => -photo.confidence,
};

export function describe(command) {
  return withDataOptions(command)
    .description('labels that the review queue needs for the accuracy of random choice, with fine-tuned networks')
    .option('--seeds <n>', 'seeds, each with its own first labels, order of random choice and training', '3')
    .option('--pool <n>', 'photos without labels from which to choose', '9600')
    .option('--steps <n>', 'how often labels are added', '4')
    .option('--labels <n>', 'at the start, and added each time', '400')
    .option('--tests <n>', 'test images', '2000')
    .option('--epochs <n>', 'of fine-tuning', '10')
    .option('--size <pixels>', 'side of the image that the network sees', '75')
    .option('--backbone <name>', 'a bundled one', 'efficientnet-lite0')
    .option('--rules <names>', `orders besides random choice: queue, ${Object.keys(RULES).join(', ')}`, 'queue');
}

export async function measure(options) {
  const { images, backbone, rules } = options;
  const [seeds, pool, steps, labels, tests, epochs, side] = [
    ...[options.seeds, options.pool, options.steps, options.labels, options.tests, options.epochs, options.size],
  ].map(Number);
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  try {
    await unpackImages(images, join(folder, 'images'), { train: (pool + labels) / 10, test: tests / 10 });
    const blobFolder = join(folder, 'blobs');
    const blobs = new FileBlobStore(blobFolder);
    const source = await openSource(join(folder, 'images'), DATASET_BOUNDS);
    const { manifest } = await ingestImages(source, blobs, { bounds: DATASET_BOUNDS });
    const { weights, network } = bundledBackbone(backbone);
    const backboneBlob = (await blobs.put(writeSafetensors(weights))).sha256;
    const learning = new Learning({
      ...{ folder: blobFolder, blobs, network, backboneBlob, manifest, side, input: 32, epochs },
      threads: availableParallelism(),
    });
    const rows = [];
    for (let seed = 1; seed <= seeds; seed++) {
      let first; // one version for all orders
      for (const rule of ['random', ...rules.split(',')]) {
        const order = await openOrder(rule, learning, join(folder, `database-${seed}`));
        for await (const { version, ...row } of rounds({ manifest, learning, seed, labels, steps }, order, first)) {
          first ??= version;
          rows.push({ seed, rule, ...row });
          console.error(JSON.stringify(rows.at(-1)));
        }
        await order.close?.();
      }
    }
    return { rows, checks: rules.split(',').flatMap((rule) => checksOf(rows, rule)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Trains, measures, and adds the labels that an order chooses, in turn. */
async function* rounds({ manifest, learning, seed, labels, steps }, order, first) {
  const { classes, shards } = manifest;
  const test = manifest.images.filter(({ split }) => split === 'test');
  const all = shuffle(
    manifest.images.filter(({ split }) => split === 'train'),
    randomStream(seed, 'loop'),
  );
  const [known, waiting] = [all.slice(0, labels), all.slice(labels)];
  for (let step = 0; step <= steps; step++) {
    const began = performance.now();
    const data = manifestOf(classes, shards, [...known, ...test]);
    const version = (step === 0 && first) || (await learning.train(data, seed, step + 1));
    const { accuracy } = version;
    yield { labels: known.length, accuracy, version, seconds: Math.round((performance.now() - began) / 1000) };
    if (step === steps) return;
    const chosen = new Set(await order.choose(version, manifestOf(classes, shards, waiting), labels, waiting));
    known.push(...waiting.filter(({ sha256 }) => chosen.has(sha256)));
    waiting.splice(0, waiting.length, ...waiting.filter(({ sha256 }) => !chosen.has(sha256)));
  }
}

/** An order of photos without labels: its `choose` returns the hashes of so many that are labeled next. */
async function openOrder(rule, learning, folder) {
  if (rule === 'random') return { choose: (_version, _photos, count, waiting) => hashesOf(waiting.slice(0, count)) };
  if (rule === 'queue') {
    const queue = await HubQueue.open(folder);
    const choose = async (version, photos, count) => {
      const calibrated = await learning.calibrate(version);
      await queue.add(calibrated, await learning.ask(calibrated, photos));
      return queue.judge(count);
    };
    return { choose, close: () => queue.close() };
  }
  const rankOf = RULES[rule];
  if (!rankOf) throw new Error(`no rule is named ${rule}`);
  const choose = async (version, photos, count) => {
    const answers = await learning.ask(version, photos);
    const sorted = answers.map((answer) => [answer.photo, rankOf(answer)]).sort(([, a], [, b]) => b - a);
    return hashesOf(sorted.slice(0, count).map(([photo]) => photo));
  };
  return { choose };
}

const hashesOf = (photos) => photos.map(({ sha256 }) => sha256);

/** At the accuracies that random choice reaches with its later labels: the share of these that an order needs. */
function checksOf(rows, rule) {
  const curveOf = (wanted) => {
    const own = rows.filter((row) => row.rule === wanted);
    const counts = [...new Set(own.map(({ labels }) => labels))];
    return counts.map((labels) => ({
      labels,
      accuracy: mean(own.filter((row) => row.labels === labels).map(({ accuracy }) => accuracy)),
    }));
  };
  const [random, chosen] = [curveOf('random'), curveOf(rule)];
  return random.slice(2).map(({ labels, accuracy }) => {
    const needed = labelsFor(chosen, accuracy) / labelsFor(random, accuracy);
    const name = `${rule}: labels for an accuracy of ${accuracy.toFixed(3)} / those of random choice (${labels})`;
    return check(name, needed, { atMost: TARGET });
  });
}

/** The number of labels at which a curve first reaches an accuracy, between its points on a line; its last one if never. */
function labelsFor(curve, wanted) {
  for (const [i, { labels, accuracy }] of curve.entries()) {
    if (accuracy < wanted) continue;
    const before = curve[i - 1];
    if (!before) return labels;
    return before.labels + ((labels - before.labels) * (wanted - before.accuracy)) / (accuracy - before.accuracy);
  }
  return curve.at(-1).labels;
}
