import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CLI } from './hub.mjs';

/**
 * Trains a recipe on the dataset `pictures` with `hub train`, in a hub that runs.
 * @returns the runs of the recipe, and the seconds of the whole command.
 */
export async function trainRecipe(url, data, { backbone, recipe, seed, side }) {
  const options = ['--dataset', 'pictures', '--backbone', backbone, '--recipe', recipe, '--image-size', side];
  const began = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...[CLI, 'train', ...options, '--seed', seed, '--url', url, '--data', data, '--json'].map(String),
  ]);
  return { runs: JSON.parse(stdout).runs, seconds: (performance.now() - began) / 1000 };
}
