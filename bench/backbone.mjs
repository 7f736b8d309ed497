// What keeping the bundled backbone's kernels in 8 bits costs: the same runs on it and on the weights it was made from.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { check, mean } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';
import { register, startHub, train } from './support/hub.mjs';

export function describe(command) {
  return withDataOptions(command)
    .description('accuracy with the bundled 8-bit backbone against the 32-bit weights it was made from')
    .option('--rounds <n>', 'seeds', '3');
}

export async function measure({ images, weights, rounds }) {
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const pictures = join(folder, 'pictures');
  await unpackImages(images, pictures, { train: 1000, test: 200 });
  const h5 = resolve(weights);
  const hub = await startHub(join(folder, 'data'), '--allow', folder, h5);
  const rows = [];
  try {
    await hub.client.request(
      'mutation ($path: String!) { addBackbone(input: { name: "float", path: $path }) { id } }',
      {
        path: h5,
      },
    );
    const version = await register(hub.client, 'pictures', pictures);
    for (let seed = 1; seed <= Number(rounds); seed++) {
      const recipe = { imageSize: 75, epochs: 4, patience: null, seed };
      const accuracy = async (backbone) => {
        const input = { datasetVersionId: version.id, backbone, preset: 'SEED', recipe };
        return (await train(hub.client, input)).run.testAccuracy;
      };
      rows.push({ seed, '32-bit': await accuracy('float'), '8-bit': await accuracy('tiny-imagenet') });
    }
  } finally {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  }
  const lost = (mean(rows.map((row) => row['32-bit'])) - mean(rows.map((row) => row['8-bit']))) * 100;
  return { rows, checks: [check('test accuracy lost to 8 bits, points', lost, { atMost: 1 })] };
}
