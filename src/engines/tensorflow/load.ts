import { createRequire } from 'node:module';
import { HubError } from '../../errors.js';
import type { EngineInfo } from '../engine.js';
import { type NodeBackend, nodeBackendOf, type TensorFlow } from './library.js';
import { findTfjs } from './tfjs-package.js';

const require = createRequire(import.meta.url);

export interface LoadOptions {
  /** Threads per operation. */
  readonly threads: number;
  /** Whether to ignore graphics cards. */
  readonly cpuOnly: boolean;
}

/**
 * Loads TensorFlow into this process. It can be loaded only once: later options have no effect.
 * @throws ENGINE_UNAVAILABLE with a remedy when it is not installed or does not load.
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
      `The tensorflow engine is installed but does not load: ${reason}. Install it again: npm run engine:tensorflow`,
      { path: found.path },
    );
  }
  await tf.setBackend('tensorflow');
  tf.enableProdMode(); // skips the checks of arguments in every operation
  const { binding, isUsingGpuDevice } = nodeBackendOf(tf) as NodeBackend;
  const device = isUsingGpuDevice ? 'cuda' : 'cpu';
  return { tf, info: { name: 'tensorflow', version: binding.TF_Version, device, threads: options.threads } };
}

/** The error ENGINE_UNAVAILABLE for an engine that is not installed. */
export function notInstalled(): HubError {
  return new HubError(
    'ENGINE_UNAVAILABLE',
    'The tensorflow engine is not installed. Install it: npm run engine:tensorflow, ' +
      'or with a graphics card from NVIDIA: npm run engine:tensorflow -- --gpu',
  );
}

/** Sets the environment that the library reads while it loads. */
function prepare({ threads, cpuOnly }: LoadOptions): void {
  const { env } = process;
  env.TF_NUM_INTRAOP_THREADS = String(threads);
  env.TF_CPP_MIN_LOG_LEVEL ??= '2'; // errors only
  env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'; // otherwise it takes all memory of the card at once
  if (cpuOnly) env.CUDA_VISIBLE_DEVICES = '-1';
  // tfjs-node 4.22 calls this function, which Node 23 removed.
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
