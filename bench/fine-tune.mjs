// One step of fine-tuning behind mixed5 from cached activations: the hub's engine against Keras.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { check, median } from './support/check.mjs';
import { withDataOptions } from './support/data.mjs';
import { peerPython, runPeer } from './support/python.mjs';

const STEP = fileURLToPath(new URL('./support/fine-tune-step.mjs', import.meta.url));
/** Image size, batch, and how many times as fast as Keras it should be. */
const SETTINGS = [
  { size: 75, batch: 32, target: 1.5 },
  { size: 75, batch: 64, target: 1.5 },
  { size: 75, batch: 300, target: 1.5 },
  { size: 96, batch: 32, target: 1.3 },
  { size: 299, batch: 8, target: 1 },
];

export function describe(command) {
  return withDataOptions(command)
    .description('a step of fine-tuning everything behind mixed5, against Keras')
    .option('--rounds <n>', 'each setting is measured by both in turn this often', '3')
    .option('--seconds <n>', 'of steps per measurement', '8');
}

export async function measure({ weights, rounds, seconds }) {
  const python = await peerPython();
  const rows = [];
  for (let round = 1; round <= Number(rounds); round++) {
    for (const { size, batch } of SETTINGS) {
      const args = ['--size', size, '--batch', batch, '--seconds', seconds].map(String);
      const keras = await runPeer(python, 'keras_fine_tune_step.py', ['--weights', resolve(weights), ...args]);
      const hub = JSON.parse((await promisify(execFile)(process.execPath, [STEP, ...args])).stdout);
      rows.push({ round, size, batch, 'Keras images/s': keras.imagesPerSecond, 'hub images/s': hub.imagesPerSecond });
    }
  }
  const checks = SETTINGS.map(({ size, batch, target }) => {
    const ratios = rows
      .filter((row) => row.size === size && row.batch === batch)
      .map((row) => row['hub images/s'] / row['Keras images/s']);
    return check(`${size} px, batch ${batch}: hub / Keras, images per second`, median(ratios), { atLeast: target });
  });
  return { rows, checks };
}
