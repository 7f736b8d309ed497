import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { ConvLayer } from '../../network/layers.js';
import type { TensorFlow } from './library.js';

/**
 * Convolution without bias. If it keeps the size, the gradient of its input is written as a convolution too: on the CPU,
 * TensorFlow's Conv2DBackpropInput took five times as long as Conv2D for the maps of 75 pixels.
 * @param kernel [height, width, in, out].
 */
export function convolve(tf: TensorFlow, layer: ConvLayer, x: Tensor4D, kernel: Tensor4D): Tensor4D {
  const { stride, padding } = layer;
  const centered = layer.kernel.every((length) => length % 2 === 1);
  if (stride !== 1 || padding !== 'same' || !centered) return tf.conv2d(x, kernel, stride, padding);
  return convolveSame(tf, x, kernel);
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
