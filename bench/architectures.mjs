// The bundled backbones of two architectures: speed of features and of fine-tuning, and accuracy of the recipe `best`.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { mean, median } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';
import { register, startHub } from './support/hub.mjs';
import { trainRecipe } from './support/train-recipe.mjs';

const script = (name) => fileURLToPath(new URL(`./support/${name}`, import.meta.url));
const BACKBONES = ['tiny-imagenet-2', 'efficientnet-lite0'];
/** Image size and batch. */
const SETTINGS = [
  { size: 75, batch: 32 },
  { size: 96, batch: 32 },
  { size: 128, batch: 32 },
];

export function describe(command) {
  return withDataOptions(command)
    .description('EfficientNet-Lite0 beside InceptionV3: features, steps and accuracy')
    .option('--per-class <n>', 'images of each class to train on; a quarter of that to test on', '200')
    .option('--sizes <pixels...>', 'sides of the images that are trained on', ['75', '96'])
    .option('--recipe <name>', 'that is trained', 'best')
    .option('--seconds <n>', 'of steps per measurement', '4')
    .option('--rounds <n>', 'of speeds, and seeds of accuracies', '3')
    .option('--speed-only', 'train nothing');
}

export async function measure(options) {
  const rows = await speeds(options);
  if (!options.speedOnly) rows.push(...(await accuracies(options)));
  return { rows, checks: [] };
}

/** Both in turn, since the machine may be slower at times. */
async function speeds({ seconds, rounds }) {
  const rows = [];
  for (const { size, batch } of SETTINGS) {
    const measured = Object.fromEntries(BACKBONES.map((name) => [name, { features: [], steps: [] }]));
    for (let round = 0; round < Number(rounds); round++) {
      for (const backbone of BACKBONES) {
        const args = ['--size', size, '--batch', batch, '--seconds', seconds, '--backbone', backbone].map(String);
        const run = async (name) =>
          JSON.parse((await promisify(execFile)(process.execPath, [script(name), ...args])).stdout).imagesPerSecond;
        measured[backbone].features.push(await run('features-pass.mjs'));
        measured[backbone].steps.push(await run('fine-tune-step.mjs'));
      }
    }
    for (const backbone of BACKBONES) {
      const { features, steps } = measured[backbone];
      rows.push({ size, batch, backbone, 'features/s': median(features), 'steps images/s': median(steps) });
    }
  }
  return rows;
}

async function accuracies({ images, perClass, sizes, recipe, rounds }) {
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const pictures = join(folder, 'pictures');
  await unpackImages(images, pictures, { train: Number(perClass), test: Math.round(Number(perClass) / 4) });
  const data = join(folder, 'data');
  const hub = await startHub(data, '--allow', folder);
  const rows = [];
  try {
    await register(hub.client, 'pictures', pictures);
    for (const side of sizes.map(Number)) {
      for (const backbone of BACKBONES) {
        const trained = [];
        for (let seed = 1; seed <= Number(rounds); seed++) {
          trained.push(await trainRecipe(hub.url, data, { backbone, recipe, seed, side }));
        }
        const stages = trained[0].runs.map((_, i) => mean(trained.map(({ runs }) => runs[i].testAccuracy)));
        rows.push({
          size: side,
          backbone,
          accuracy: stages.join(', '),
          seconds: median(trained.map((one) => one.seconds)),
        });
      }
    }
  } finally {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}
