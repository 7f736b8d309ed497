import type { Tensor } from '@tensorflow/tfjs-core';
import { f32, type Weights } from '../../network/tensor.js';
import type { TensorFlow } from './library.js';

/** Copies a weight to a tensor. Without a copy, the tensor would share the array. */
export function tensorOf(tf: TensorFlow, weights: Weights, name: string): Tensor {
  const weight = weights.get(name);
  if (weight?.type !== 'F32') throw new Error(`${name} is missing`);
  return tf.tensor(weight.data.slice(), [...weight.shape], 'float32');
}

/** Copies tensors to weights. */
export function weightsOf(tensors: ReadonlyMap<string, Tensor>): Weights {
  return new Map(
    Array.from(tensors, ([name, tensor]) => [name, f32(tensor.shape, (tensor.dataSync() as Float32Array).slice())]),
  );
}
