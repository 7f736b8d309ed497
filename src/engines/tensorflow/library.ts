import type { Tensor } from '@tensorflow/tfjs-core';

/** tfjs-core with a backend set; the engine needs nothing else. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core');

/** The part of tfjs-node's backend that the engine uses: it executes any TensorFlow operation by name. */
export interface NodeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string; readonly TF_ATTR_TYPE: number; readonly TF_FLOAT: number };
  executeSingleOutput(operation: string, attributes: readonly object[], inputs: readonly Tensor[]): Tensor;
}

/** tfjs-node's backend, if it is the one that is set. */
export function nodeBackendOf(tf: TensorFlow): NodeBackend | undefined {
  return tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as NodeBackend) : undefined;
}
