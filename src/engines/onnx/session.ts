import * as ort from 'onnxruntime-node';

/** How many threads one session computes with; 0 lets ONNX Runtime take every core. */
export interface SessionOptions {
  readonly threads: number;
}

/** Loads a model from its bytes. */
export async function createSession(model: Uint8Array, options: SessionOptions): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
}
