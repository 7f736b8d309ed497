import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { type ConvLayer, paddingOf } from '../../network/layers.js';
import type { TensorFlow } from './library.js';

/**
 * Convolution without bias. If it keeps the size, the gradient of its input is written as a convolution too: on the CPU,
 * TensorFlow's Conv2DBackpropInput took five times as long as Conv2D for the maps of 75 pixels.
 * @param kernel as `kernelShape`.
 */
export function convolve(tf: TensorFlow, layer: ConvLayer, x: Tensor4D, kernel: Tensor4D): Tensor4D {
  const { stride, depthwise } = layer;
  const centered = layer.kernel.every((length) => length % 2 === 1);
  const keepsSize = stride === 1 && layer.padding !== 'valid' && centered;
  const [seen, padding] = keepsSize ? [x, 'same' as const] : padded(tf, layer, x);
  // Depthwise kernels are stored as [height, width, 1, channels].
  if (depthwise) return tf.depthwiseConv2d(seen, tf.transpose(kernel, [0, 1, 3, 2]) as Tensor4D, stride, padding);
  return keepsSize ? convolveSame(tf, x, kernel) : tf.conv2d(seen, kernel, stride, padding);
}

/** The input of a convolution with the padding that tfjs lacks. */
function padded(tf: TensorFlow, layer: ConvLayer, x: Tensor4D): [Tensor4D, 'same' | 'valid'] {
  const { padding, stride } = layer;
  if (padding !== 'evenSame') return [x, padding];
  const along = (axis: 0 | 1): [number, number] => [
    ...paddingOf(padding, x.shape[axis + 1] as number, layer.kernel[axis], stride),
  ];
  return [tf.pad4d(x, [[0, 0], along(0), along(1), [0, 0]]), 'valid'];
}

function convolveSame(tf: TensorFlow, x: Tensor4D, kernel: Tensor4D): Tensor4D {
  const convolution = tf.customGrad((...given) => {
    const [input, weights, save] = given as [Tensor4D, Tensor4D, (tensors: Tensor[]) => void];
    save([input, weights]);
    return {
      value: tf.conv2d(input, weights, 1, 'same'),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [seen, used] = saved as [Tensor4D, Tensor4D];
        // Every pixel of dy goes to the pixels of its window: the kernel rotated by 180 degrees, in and out exchanged.
        const turned = tf.transpose(tf.reverse(used, [0, 1]), [0, 1, 3, 2]) as Tensor4D;
        const attributes = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', filterShape: used.shape };
        const dKernel = tf.engine().runKernel(tf.Conv2DBackpropFilter, { x: seen, dy }, attributes) as Tensor;
        return [tf.conv2d(dy as Tensor4D, turned, 1, 'same'), dKernel];
      },
    };
  });
  return convolution(x, kernel) as Tensor4D;
}
