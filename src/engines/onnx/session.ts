import { basename } from 'node:path';
import * as ort from 'onnxruntime-node';

/** Device of ONNX Runtime. Operators without a kernel for it run on the CPU. */
export type OnnxDevice = 'cpu' | 'cuda' | 'webgpu';

export interface SessionOptions {
  /** CPU threads per session; 0 lets ONNX Runtime take every core. */
  readonly threads: number;
  /** `cpu` by default. */
  readonly device?: OnnxDevice;
  /** File to write the model to, optimized for this machine; its weights go to a second file. */
  readonly saveTo?: string;
}

/** The file with the weights of a model saved to `file`. */
export const weightsBeside = (file: string): string => `${file}.weights`;

/** Bytes from which a weight goes to that file, where each weight is aligned for vector instructions. */
const SMALLEST_BESIDE = 256;

/**
 * Session options of a saved model, which serves: it is already optimized, and its weights are used directly in the page
 * cache. A copy would fragment the heap of the thread that loads them, and the process would keep that memory. After a run
 * no thread spins while it waits for the next one: the core is needed for decoding.
 */
const SERVED = { force_spinning_stop: '1' };

/** Loads a model from its bytes, or a saved model from its file. */
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
    extra: { session: { ...(saved ? SERVED : {}), ...(saveTo ? weightsFileOptions(saveTo) : {}) } },
  };
  // Two overloads: TypeScript accepts no union for them.
  return typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options);
}

/** Session options that write the weights to a second file. */
function weightsFileOptions(file: string) {
  return {
    optimized_model_external_initializers_file_name: basename(weightsBeside(file)),
    optimized_model_external_initializers_min_size_in_bytes: String(SMALLEST_BESIDE),
  };
}
