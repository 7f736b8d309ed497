import * as ort from 'onnxruntime-node';

/** Where ONNX Runtime computes; what a device has no kernel for stays on the CPU. */
export type OnnxDevice = 'cpu' | 'cuda' | 'webgpu';

export interface SessionOptions {
  /** How many threads one session computes with on the CPU; 0 lets ONNX Runtime take every core. */
  readonly threads: number;
  /** `cpu` where none is named. */
  readonly device?: OnnxDevice;
  /** Writes the model as it is after optimizing, in ONNX Runtime's own format, to this file. */
  readonly saveTo?: string;
}

/**
 * For a file in ONNX Runtime's own format, which is what serves. Its weights are used where they lie in the page cache:
 * copied, they would leave holes in the heap of whichever thread loaded them, which the process keeps. Behind a run no
 * thread waits in a loop for the next one: the core is needed to decode it.
 */
const SERVED = {
  use_memory_mapped_ort_model: '1',
  use_ort_model_bytes_for_initializers: '1',
  force_spinning_stop: '1',
};

/** Loads a model from its bytes or from a file. */
export async function createSession(
  model: Uint8Array | string,
  { threads, device = 'cpu', saveTo }: SessionOptions,
): Promise<ort.InferenceSession> {
  const options: ort.InferenceSession.SessionOptions = {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    ...(saveTo ? { optimizedModelFilePath: saveTo } : {}),
    extra: { session: saveTo ? { save_model_format: 'ORT' } : typeof model === 'string' ? SERVED : {} },
  };
  // Two overloads, of which TypeScript takes no union.
  return typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options);
}
