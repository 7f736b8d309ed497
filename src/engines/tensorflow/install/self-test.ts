import type { Tensor4D } from '@tensorflow/tfjs-core';
import { kernelsOf } from '../kernels.js';
import { loadTensorFlow } from '../load.js';

/**
 * node self-test.js FOLDER: loads the installation in FOLDER, computes a convolution of ones and its gradient, and prints
 * version and device as a line of JSON.
 */
const { tf, info } = await loadTensorFlow({ threads: 1, cpuOnly: false }, process.argv[2]);
const { relu, addBias } = kernelsOf(tf);
const kernel = tf.ones([3, 3, 2, 4]);
const convolved = (x: Tensor4D) => relu(addBias(tf.conv2d(x, kernel as Tensor4D, 1, 'valid'), tf.zeros([4])));
const x = tf.ones([1, 3, 3, 2]) as Tensor4D;
// Each of the 4 filters covers each of the 18 input values once.
const sums = [convolved(x), tf.grad((y) => convolved(y as Tensor4D))(x)].map((values) => tf.sum(values).dataSync()[0]);
if (sums.some((sum) => sum !== 72))
  throw new Error(`a convolution and its gradient sum to ${sums.join(' and ')}, not to 72`);
process.stdout.write(`${JSON.stringify({ version: info.version, device: info.device })}\n`);
