import { createRequire } from 'node:module';
import { HubError } from '../../errors.js';
import type { EngineInfo } from '../engine.js';
import { type NodeBackend, nodeBackendOf, type TensorFlow } from './library.js';
import { findTfjs } from './tfjs-package.js';

const require = createRequire(import.meta.url);

export interface LoadOptions {
  /** Threads that an operation computes with. */
  readonly threads: number;
  /** Whether a graphics card is left alone. */
  readonly cpuOnly: boolean;
}

/**
 * Loads TensorFlow into this process, which can be done once, by the first options.
 * @throws ENGINE_UNAVAILABLE with what to do about it.
 */
export async function loadTensorFlow(
  options: LoadOptions,
  folder?: string,
): Promise<{ tf: TensorFlow; info: EngineInfo }> {
  const found = findTfjs(folder);
  if (!found) throw notInstalled();
  prepare(options);
  let tf: TensorFlow;
  try {
    tf = require(found.path) as TensorFlow;
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];
    throw new HubError(
      'ENGINE_UNAVAILABLE',
      `The tensorflow engine is installed and does not load: ${reason}. Install it again: npm run engine:tensorflow`,
      { path: found.path },
    );
  }
  await tf.setBackend('tensorflow');
  tf.enableProdMode(); // no checks of arguments in every operation
  const { binding, isUsingGpuDevice } = nodeBackendOf(tf) as NodeBackend;
  const device = isUsingGpuDevice ? 'cuda' : 'cpu';
  return { tf, info: { name: 'tensorflow', version: binding.TF_Version, device, threads: options.threads } };
}

export function notInstalled(): HubError {
  return new HubError(
    'ENGINE_UNAVAILABLE',
    'The tensorflow engine is not installed. Install it: npm run engine:tensorflow, ' +
      'or with a graphics card from NVIDIA: npm run engine:tensorflow -- --gpu',
  );
}

/** What the library reads while it loads. */
function prepare({ threads, cpuOnly }: LoadOptions): void {
  const { env } = process;
  env.TF_NUM_INTRAOP_THREADS = String(threads);
  env.TF_CPP_MIN_LOG_LEVEL ??= '2'; // errors alone
  env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'; // else it takes all memory of the card at once
  if (cpuOnly) env.CUDA_VISIBLE_DEVICES = '-1';
  // tfjs-node 4.22 calls it; Node 23 removed it.
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
