import type { Tensor } from '@tensorflow/tfjs-core';

/** tfjs-core with a backend set: all that the engine computes with, whoever brings it. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core');

/** What of tfjs-node's backend is used besides: it executes any operation of TensorFlow by its name. */
export interface NodeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string; readonly TF_ATTR_TYPE: number; readonly TF_FLOAT: number };
  executeSingleOutput(operation: string, attributes: readonly object[], inputs: readonly Tensor[]): Tensor;
}

/** tfjs-node's backend, where that is the one set. */
export function nodeBackendOf(tf: TensorFlow): NodeBackend | undefined {
  return tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as NodeBackend) : undefined;
}
