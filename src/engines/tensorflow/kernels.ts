import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Shape } from '../../network/layers.js';
import { type NodeBackend, nodeBackendOf, type TensorFlow } from './library.js';

/** Operations that are slow or wrong in tfjs-core on some backend, forward or backward. */
export interface Kernels {
  relu(x: Tensor): Tensor;
  /** Adds a value per channel. */
  addBias(x: Tensor, bias: Tensor): Tensor;
  /** Average pooling, 3x3, stride 1, padding left out of the count. @param shape of x. */
  averagePool(x: Tensor4D, shape: Shape): Tensor4D;
}

/** The fastest kernels for the current backend. */
export function kernelsOf(tf: TensorFlow): Kernels {
  const backend = nodeBackendOf(tf);
  return backend ? nodeKernels(tf, backend) : coreKernels(tf);
}

/** Kernels from operations that every backend has. */
function coreKernels(tf: TensorFlow): Kernels {
  return {
    relu: (x) => tf.relu(x),
    addBias: (x, bias) => tf.add(x, bias),
    // The JavaScript backend's gradient of a padded pooling always divides by nine: pool zeros too, then correct the mean.
    averagePool: (x, { height, width }) => {
      const seen = (place: number, size: number): number => Math.min(place + 2, size) - Math.max(place - 1, 0);
      const corrections = Float32Array.from(
        { length: height * width },
        (_, i) => 9 / (seen(Math.floor(i / width), height) * seen(i % width, width)),
      );
      const padded = tf.pad4d(x, [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]);
      return tf.mul(tf.avgPool(padded, 3, 1, 'valid'), tf.tensor4d(corrections, [1, height, width, 1]));
    },
  };
}

/** Kernels from TensorFlow's operations: the gradients of ReLU and bias take one each, four and two in tfjs-core. */
function nodeKernels(tf: TensorFlow, backend: NodeBackend): Kernels {
  const { TF_ATTR_TYPE: type, TF_FLOAT: value } = backend.binding;
  const execute = (operation: string, ...inputs: Tensor[]): Tensor =>
    backend.executeSingleOutput(operation, [{ name: 'T', type, value }], inputs);
  const relu = tf.customGrad((x, save) => {
    const y = execute('Relu', x as Tensor);
    (save as (tensors: Tensor[]) => void)([y]);
    return { value: y, gradFunc: (dy: Tensor, saved: Tensor[]) => execute('ReluGrad', dy, saved[0] as Tensor) };
  });
  const addBias = tf.customGrad((x, bias) => ({
    value: execute('BiasAdd', x as Tensor, bias as Tensor1D),
    gradFunc: (dy: Tensor) => [dy, execute('BiasAddGrad', dy)],
  }));
  return { relu, addBias, averagePool: (x) => tf.avgPool(x, 3, 1, 'same') };
}
