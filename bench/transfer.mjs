// The seed experiment's transfer training: the hub against Keras as its user would run it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { check, mean, median } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';
import { register, startHub, train } from './support/hub.mjs';
import { peerPython, runPeer } from './support/python.mjs';

const EPOCHS = 4;
const SIDE = 75;

export function describe(command) {
  return withDataOptions(command)
    .description('transfer training on 10,000 + 2,000 CIFAR-10 pictures at 75 px, 4 epochs, against Keras')
    .option('--rounds <n>', 'seeds, each trained by both in turn', '3');
}

/** Seconds are from asking for a run to its end in a running hub, and of the whole process for Keras. */
export async function measure({ images, weights, rounds }) {
  const python = await peerPython();
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const pictures = join(folder, 'pictures');
  await unpackImages(images, pictures, { train: 1000, test: 200 });
  const few = join(folder, 'few');
  await unpackImages(images, few, { train: 200, test: 40 });
  const h5 = resolve(weights);
  const rows = [];
  try {
    for (let seed = 1; seed <= Number(rounds); seed++) {
      const keras = await runPeer(
        python,
        'keras_transfer.py',
        ['--data', pictures, '--weights', h5, '--size', SIDE, '--epochs', EPOCHS, '--batch', 300, '--seed', seed].map(
          String,
        ),
      );
      const data = join(folder, `data-${seed}`);
      const hub = await startHub(data, '--allow', folder, h5);
      await hub.client.request(
        'mutation ($path: String!) { addBackbone(input: { name: "bench", path: $path }) { id } }',
        { path: h5 },
      );
      const recipe = { imageSize: SIDE, epochs: EPOCHS, patience: null, seed };
      const input = (version) => ({ datasetVersionId: version.id, backbone: 'bench', preset: 'SEED', recipe });
      const small = await train(hub.client, input(await register(hub.client, 'few', few)));
      const version = await register(hub.client, 'pictures', pictures);
      const cold = await train(hub.client, input(version));
      const warm = await train(hub.client, input(version));
      await hub.stop();
      await rm(data, { recursive: true });
      rows.push({
        seed,
        'Keras s': keras.processSeconds,
        'hub cold s': cold.seconds,
        'hub cached s': warm.seconds,
        'Keras accuracy': keras.testAccuracy,
        'hub accuracy': cold.run.testAccuracy,
        'Keras MB': keras.peakMemoryBytes / 1e6,
        'hub MB': cold.run.peakMemoryBytes / 1e6,
        'hub MB, 1/5 of the images': small.run.peakMemoryBytes / 1e6,
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const column = (name) => rows.map((row) => row[name]);
  const ratio = (a, b) => median(rows.map((row) => row[a] / row[b]));
  const checks = [
    check('hub cold / Keras, wall time', ratio('hub cold s', 'Keras s'), { atMost: 1 / 6 }),
    check('hub cached / Keras, wall time', ratio('hub cached s', 'Keras s'), { atMost: 1 / 100 }),
    check(
      'test accuracy, points from the mean of Keras',
      Math.abs(mean(column('hub accuracy')) - mean(column('Keras accuracy'))) * 100,
      { atMost: 1 },
    ),
    check('peak memory of training, MB', Math.max(...column('hub MB')), { atMost: 2000 }),
    check('peak memory, 5 times the images', ratio('hub MB', 'hub MB, 1/5 of the images'), { atMost: 1.1 }),
  ];
  return { rows, checks };
}
