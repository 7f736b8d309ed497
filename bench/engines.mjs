// The engines beside each other and beside Keras: a pass through the frozen network, and a step behind mixed5.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { check, median } from './support/check.mjs';
import { withDataOptions } from './support/data.mjs';
import { peerPython, runPeer } from './support/python.mjs';

const ENGINES = ['onnx', 'tensorflow'];
const SCRIPTS = {
  features: { hub: './support/features-pass.mjs', keras: 'keras_features.py' },
  step: { hub: './support/fine-tune-step.mjs', keras: 'keras_fine_tune_step.py' },
};
/** What, image size, batch, and how many times as fast as Keras the onnx engine should be. */
const SETTINGS = [
  { what: 'features', size: 75, batch: 64, onnx: 1.5 },
  { what: 'features', size: 299, batch: 8, onnx: 1.5 },
  { what: 'step', size: 75, batch: 32, onnx: 1.5 },
  { what: 'step', size: 299, batch: 8, onnx: 1 },
];
/** How many times as fast as Keras the tensorflow engine should be, with the same TensorFlow behind it. */
const TENSORFLOW = 1;

export function describe(command) {
  return withDataOptions(command)
    .description('features and fine-tuning steps: onnx engine, tensorflow engine (npm run engine:tensorflow) and Keras')
    .option('--rounds <n>', 'each setting is measured by all in turn this often', '3')
    .option('--seconds <n>', 'per measurement', '6')
    .option('--device <name>', 'on which the engines compute; Keras takes what it finds', 'cpu');
}

export async function measure({ weights, rounds, seconds, device }) {
  const python = await peerPython();
  const rows = [];
  for (let round = 1; round <= Number(rounds); round++) {
    for (const { what, size, batch } of SETTINGS) {
      const args = ['--size', size, '--batch', batch, '--seconds', seconds].map(String);
      const row = { round, what, size, batch };
      for (const engine of ENGINES) {
        const script = fileURLToPath(new URL(SCRIPTS[what].hub, import.meta.url));
        const command = [script, ...args, '--engine', engine, '--device', device];
        const { stdout } = await promisify(execFile)(process.execPath, command);
        row[`${engine} images/s`] = JSON.parse(stdout.trim().split('\n').at(-1)).imagesPerSecond;
      }
      const keras = await runPeer(python, SCRIPTS[what].keras, ['--weights', resolve(weights), ...args]);
      rows.push({ ...row, 'Keras images/s': keras.imagesPerSecond });
    }
  }
  const checks = SETTINGS.flatMap(({ what, size, batch, onnx }) => {
    const measured = rows.filter((row) => row.what === what && row.size === size);
    return ENGINES.map((engine) => {
      const ratio = median(measured.map((row) => row[`${engine} images/s`] / row['Keras images/s']));
      const name = `${what}, ${size} px, batch ${batch}: ${engine} / Keras, images per second`;
      return check(name, ratio, { atLeast: engine === 'onnx' ? onnx : TENSORFLOW });
    });
  });
  return { rows, checks };
}
