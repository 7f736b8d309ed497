import { createRequire } from 'node:module';
import { HubError } from '../../errors.js';
import type { EngineInfo } from '../engine.js';
import type { Library } from './library.js';
import { addonOf, findTfjs } from './tfjs-package.js';

const require = createRequire(import.meta.url);

export interface LoadOptions {
  /** Threads per operation. */
  readonly threads: number;
  /** Whether to ignore graphics cards. */
  readonly cpuOnly: boolean;
}

/**
 * Loads TensorFlow into this process: the addon of tfjs-node alone, since graphs need nothing of its JavaScript. It can be loaded
 * only once: later options have no effect.
 * @throws ENGINE_UNAVAILABLE with a remedy when it is not installed or does not load.
 */
export function loadTensorFlow(options: LoadOptions, folder?: string): { library: Library; info: EngineInfo } {
  const found = findTfjs(folder);
  if (!found) throw notInstalled();
  prepare(options);
  let library: Library;
  try {
    library = require(addonOf(found.path)) as Library;
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];
    throw new HubError(
      'ENGINE_UNAVAILABLE',
      `The tensorflow engine is installed but does not load: ${reason}. Install it again: npm run engine:tensorflow`,
      { path: found.path },
    );
  }
  const device = library.isUsingGpuDevice() ? 'cuda' : 'cpu';
  return { library, info: { name: 'tensorflow', version: library.TF_Version, device, threads: options.threads } };
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
  env.TF_CPP_MIN_LOG_LEVEL ??= '3'; // errors are thrown; what it logs is of no use
  env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'; // otherwise it takes all memory of the card at once
  if (cpuOnly) env.CUDA_VISIBLE_DEVICES = '-1';
}
