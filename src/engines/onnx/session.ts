import { basename } from 'node:path';
import * as ort from 'onnxruntime-node';

/** Where ONNX Runtime computes; what a device has no kernel for stays on the CPU. */
export type OnnxDevice = 'cpu' | 'cuda' | 'webgpu';

export interface SessionOptions {
  /** How many threads one session computes with on the CPU; 0 lets ONNX Runtime take every core. */
  readonly threads: number;
  /** `cpu` where none is named. */
  readonly device?: OnnxDevice;
  /** Writes the model as it is after optimizing, for this machine, to this file, and its weights to one beside it. */
  readonly saveTo?: string;
}

/** The file with the weights of a model that was saved to `file`. */
export const weightsBeside = (file: string): string => `${file}.weights`;

/** Bytes from which on weights lie in that file, where each begins at a multiple of what a processor reads at once. */
const SMALLEST_BESIDE = 256;

/**
 * For a saved model, which is what serves: it is optimized already, and its weights are used where they lie in the page
 * cache. Copied, they would leave holes in the heap of whichever thread loaded them, which the process keeps. Behind a run no
 * thread waits in a loop for the next one: the core is needed to decode it.
 */
const SERVED = { force_spinning_stop: '1' };

/** Loads a model from its bytes, or one that was saved from its file. */
export async function createSession(
  model: Uint8Array | string,
  { threads, device = 'cpu', saveTo }: SessionOptions,
): Promise<ort.InferenceSession> {
  const saved = typeof model === 'string';
  const options: ort.InferenceSession.SessionOptions = {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    graphOptimizationLevel: saved ? 'disabled' : 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    ...(saveTo ? { optimizedModelFilePath: saveTo } : {}),
    extra: { session: { ...(saved ? SERVED : {}), ...(saveTo ? besides(saveTo) : {}) } },
  };
  // Two overloads, of which TypeScript takes no union.
  return typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options);
}

function besides(file: string) {
  return {
    optimized_model_external_initializers_file_name: basename(weightsBeside(file)),
    optimized_model_external_initializers_min_size_in_bytes: String(SMALLEST_BESIDE),
  };
}
