import type { Normalization } from '../../../network/folded-weights.js';
import type { ConvLayer } from '../../../network/layers.js';
import { type Context, NO_WEIGHTS, type Recorded, simple } from './operator.js';

/**
 * Batch normalization of a convolution, without its bias: h = gain * (x - mean) / sqrt(variance + epsilon), by channel. In
 * training, the statistics are those of the batch: with f = gain / sqrt(variance + epsilon),
 * dx = f * (dy - mean(dy) - h * mean(dy * h) / gain²).
 */
export function batchNorm(context: Context, layer: ConvLayer, { epsilon, gain }: Normalization, x: string): Recorded {
  const { graph, training } = context;
  const perChannel = (values: Float32Array): string => graph.constant(values, [layer.filters]);
  const factorOf = (variance: string): string => {
    const root = graph.floats('Rsqrt', [graph.floats('AddV2', [variance, perChannel(epsilon)])]);
    return graph.floats('Mul', [root, perChannel(gain)]);
  };
  const [meanName, varianceName] = [`${layer.name}/mean`, `${layer.name}/variance`];
  if (!training) {
    const centered = graph.floats('Sub', [x, context.weight(meanName)]);
    const output = graph.floats('Mul', [centered, factorOf(context.weight(varianceName))]);
    return simple(output, () => {
      throw new Error('a network learns only with the statistics of a batch');
    });
  }
  const { height, width } = context.shapeOf(layer.name);
  const share = graph.scalar(1 / (training.rows * height * width));
  // The gradient of a bias is a sum over all but channels, faster than a reduction over three axes.
  const meanOf = (value: string): string => graph.floats('Mul', [graph.floats('BiasAddGrad', [value]), share]);
  const mean = meanOf(x);
  const centered = graph.floats('Sub', [x, mean]);
  const variance = meanOf(graph.floats('Square', [centered]));
  training.follow(meanName, mean);
  training.follow(varianceName, variance);
  const factor = factorOf(variance);
  const output = graph.floats('Mul', [centered, factor]);
  const perSquare = gain.map((value) => 1 / (value ** 2 || 1)); // a gain of 0 leaves nothing to share
  return {
    output,
    backward(dy) {
      const shared = graph.floats('Mul', [meanOf(graph.floats('Mul', [dy, output])), perChannel(perSquare)]);
      const rest = graph.floats('Sub', [dy, graph.floats('Mul', [output, shared])]);
      const dx = graph.floats('Mul', [graph.floats('Sub', [rest, meanOf(dy)]), factor]);
      return { dxs: [dx], weights: NO_WEIGHTS };
    },
  };
}
