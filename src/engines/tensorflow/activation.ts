import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from '../../network/layers.js';
import type { Kernels } from './kernels.js';
import type { TensorFlow } from './library.js';

/** Computes an activation; softmax is over channels. @param alpha as in `ActivationLayer`. */
export function activate(
  { tf, kernels }: { readonly tf: TensorFlow; readonly kernels: Kernels },
  activation: Activation,
  x: Tensor,
  alpha = 1,
): Tensor {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return kernels.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'softmax':
      return tf.softmax(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'tanh':
      return tf.tanh(x);
    case 'elu':
      return tf.where(tf.greater(x, 0), x, tf.mul(tf.expm1(tf.minimum(x, 0)), alpha));
    case 'selu':
      return tf.selu(x);
    case 'gelu':
      return tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5));
    case 'swish':
      return tf.mul(x, tf.sigmoid(x));
    case 'leakyRelu':
      return tf.leakyRelu(x, alpha);
  }
}
