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
    ...(saveTo ? { optimizedModelFilePath: saveTo, extra: { session: { save_model_format: 'ORT' } } } : {}),
  };
  // Two overloads, of which TypeScript takes no union.
  return typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options);
}
