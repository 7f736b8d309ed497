// The seed experiment's whole recipe: the hub against Keras as its user would run it.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { check, mean, median } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';
import { register, startHub } from './support/hub.mjs';
import { peerPython, runPeer } from './support/python.mjs';

const CLI = fileURLToPath(new URL('../dist/hub.js', import.meta.url));
const SIDE = 75;

export function describe(command) {
  return withDataOptions(command)
    .description('transfer and two stages of fine-tuning on CIFAR-10 pictures at 75 px, against Keras')
    .option('--per-class <n>', 'pictures of each class to train on; a fifth of that to test on', '1000')
    .option('--rounds <n>', 'seeds, each trained by both in turn', '3');
}

/**
 * Seconds are of the whole `hub train` in a running hub, and of the whole process for Keras. `best` comes behind `seed` in
 * the same hub; its features are others, so that nothing it needs is cached but the head's.
 */
export async function measure({ images, weights, rounds, perClass }) {
  const [train, test] = [Number(perClass), Math.round(Number(perClass) / 5)];
  const python = await peerPython();
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const pictures = join(folder, 'pictures');
  await unpackImages(images, pictures, { train, test });
  const h5 = resolve(weights);
  const rows = [];
  try {
    for (let seed = 1; seed <= Number(rounds); seed++) {
      const sizes = { 'train-per-class': train, 'test-per-class': test };
      const options = { data: pictures, weights: h5, size: SIDE, batch: 300, seed, ...sizes };
      const keras = await runPeer(
        python,
        'keras_recipe.py',
        Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
      );
      const data = join(folder, `data-${seed}`);
      const hub = await startHub(data, '--allow', folder, h5);
      await hub.client.request(
        'mutation ($path: String!) { addBackbone(input: { name: "bench", path: $path }) { id } }',
        { path: h5 },
      );
      await register(hub.client, 'pictures', pictures);
      const { runs, seconds } = await trainInHub(hub.url, data, 'seed', seed);
      const best = await trainInHub(hub.url, data, 'best', seed);
      await hub.stop();
      await rm(data, { recursive: true });
      rows.push({
        seed,
        'Keras s': keras.processSeconds,
        'hub s': seconds,
        'Keras epochs': keras.epochs.join(),
        'hub epochs': runs.map((run) => run.epochs.length).join(),
        'Keras accuracy': keras.testAccuracy.at(-1),
        'hub accuracy': runs.at(-1).testAccuracy,
        'best s': best.seconds,
        'best accuracy': best.runs.at(-1).testAccuracy,
        'Keras by stage': keras.testAccuracy.join(),
        'hub by stage': runs.map((run) => run.testAccuracy).join(),
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const column = (name) => rows.map((row) => row[name]);
  const checks = [
    check('hub / Keras, wall time', median(rows.map((row) => row['hub s'] / row['Keras s'])), { atMost: 1 / 3 }),
    check(
      'test accuracy, points from the mean of Keras',
      Math.abs(mean(column('hub accuracy')) - mean(column('Keras accuracy'))) * 100,
      { atMost: 0.5 },
    ),
    check(
      '`best`, points of test accuracy over `seed`',
      (mean(column('best accuracy')) - mean(column('hub accuracy'))) * 100,
      { atLeast: 3 },
    ),
    check('`best` / Keras on `seed`, wall time', median(rows.map((row) => row['best s'] / row['Keras s'])), {
      atMost: 1,
    }),
  ];
  return { rows, checks };
}

/** @returns the runs of the recipe, and the seconds of the whole `hub train`. */
async function trainInHub(url, data, recipe, seed) {
  const options = ['--dataset', 'pictures', '--backbone', 'bench', '--recipe', recipe, '--image-size', SIDE];
  const began = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...[CLI, 'train', ...options, '--seed', seed, '--url', url, '--data', data, '--json'].map(String),
  ]);
  return { runs: JSON.parse(stdout).runs, seconds: (performance.now() - began) / 1000 };
}
