// What keeping the bundled backbone's kernels in 8 bits costs: the same runs on it and on the weights it was made from.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { check, mean } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';
import { register, startHub } from './support/hub.mjs';
import { trainRecipe } from './support/train-recipe.mjs';

export function describe(command) {
  return withDataOptions(command)
    .description('accuracy with the bundled 8-bit backbone against the 32-bit weights it was made from')
    .option('--recipe <name>', 'recipe of every training', 'best')
    .option('--per-class <n>', 'images of each class to train on; five times that to test on', '200')
    .option('--rounds <n>', 'seeds', '3');
}

export async function measure({ images, weights, recipe, perClass, rounds }) {
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const pictures = join(folder, 'pictures');
  await unpackImages(images, pictures, { train: Number(perClass), test: 5 * Number(perClass) });
  const h5 = resolve(weights);
  const data = join(folder, 'data');
  const hub = await startHub(data, '--allow', folder, h5);
  const rows = [];
  try {
    await hub.client.request(
      'mutation ($path: String!) { addBackbone(input: { name: "float", path: $path }) { id } }',
      { path: h5 },
    );
    await register(hub.client, 'pictures', pictures);
    for (let seed = 1; seed <= Number(rounds); seed++) {
      const accuracies = async (backbone) => {
        const { runs } = await trainRecipe(hub.url, data, { backbone, recipe, seed, side: 75 });
        return runs.map((run) => run.testAccuracy);
      };
      const [float, packed] = [await accuracies('float'), await accuracies('tiny-imagenet-2')];
      rows.push({ seed, '32-bit': float.at(-1), '8-bit': packed.at(-1), 'by stage': `${float}; ${packed}` });
    }
  } finally {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  }
  const lost = (mean(rows.map((row) => row['32-bit'])) - mean(rows.map((row) => row['8-bit']))) * 100;
  return { rows, checks: [check('test accuracy lost to 8 bits, points', lost, { atMost: 0.3 })] };
}
